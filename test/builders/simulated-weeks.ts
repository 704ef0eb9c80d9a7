/** A project and traffic for simulations that are as short as a test may be. */
import { parseProject } from '../../functions/project.ts'
import { project as adherence } from '../../projects/adherence/project.ts'

/** As the use case, but that fewer rows are enough, as the weeks of a test are. */
export const project = parseProject({
  ...adherence,
  gates: [{ metric: 'rocAuc', min: 0.6 }],
  hyperparameters: { ...adherence.hyperparameters, num_round: 60, max_depth: 3, early_stopping_rounds: 10 },
  prediction: { ...adherence.prediction, explanations: false },
  monitoring: { minimumRows: 2_400 },
})
export const traffic = { seed: 3, rowsPerWeek: 1_200, trainingRows: 5_000, batchesPerWeek: 1 }
