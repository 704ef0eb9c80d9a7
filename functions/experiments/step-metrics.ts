/** Metrics by step, read from what the training algorithm prints. */
import * as z from 'zod'

/** `train-auc` or `validation-logloss` to its values; `steps[i]` is the boosting round of value i, null where it was not printed. */
export const stepMetricsSchema = z.object({
  steps: z.array(z.int().min(0)),
  series: z.record(z.string(), z.array(z.number().nullable())),
})
export type StepMetrics = z.output<typeof stepMetricsSchema>

/** `[12]\ttrain-auc:0.71`; CloudWatch Logs shows SageMaker's tabs as `#011`. */
const round = /\[(\d+)\]((?:(?:\t|#011)[\w@.-]+:[-+.\deEinfa]+)+)/
const value = /(?:\t|#011)([\w@.-]+):([-+.\deEinfa]+)/g

/**
 * @param lines in the order in which they were printed; others than rounds are passed over
 * A round that is printed twice, by a job that was begun again, counts as it was printed last.
 */
export function readStepMetrics(lines: Iterable<string>): StepMetrics {
  const byStep = new Map<number, Map<string, number>>()
  for (const line of lines) {
    const [, step, printed] = round.exec(line) ?? []
    if (step === undefined || printed === undefined) continue
    const values = [...printed.matchAll(value)].map(([, name = '', text]) => [name, Number(text)] as const)
    byStep.set(Number(step), new Map(values.filter(([, number]) => Number.isFinite(number))))
  }
  const steps = [...byStep.keys()].sort((a, b) => a - b)
  const names = [...new Set([...byStep.values()].flatMap((values) => [...values.keys()]))]
  const of = (name: string) => steps.map((step) => byStep.get(step)?.get(name) ?? null)
  return { steps, series: Object.fromEntries(names.map((name) => [name, of(name)])) }
}
