/** Canaries: what identifies a patient goes in and comes out in the predictions, and nowhere else. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseProject } from '../../functions/project.ts'
import { type Rig, startRig } from '../../local/rig/rig.ts'
import { generate } from '../../projects/adherence/generate.ts'
import { project as adherence } from '../../projects/adherence/project.ts'

const project = parseProject({
  ...adherence,
  gates: [],
  hyperparameters: { ...adherence.hyperparameters, num_round: 10, max_depth: 3, early_stopping_rounds: 5 },
})
const canary = { patient: '990017', encounter: '880023', cell: 'Zubrowka' }

/** Every identifier of the table begins with a canary. */
const marked = (seed: number, encounters: number) =>
  [...generate({ seed, encounters })]
    .map((line, at) => {
      if (at === 0) return line
      const [encounter, patient, ...rest] = line.split(',')
      return [`${canary.encounter}${encounter}`, `${canary.patient}${patient}`, ...rest].join(',')
    })
    .join('')

describe('privacy', () => {
  let rig: Rig
  let projectUri: string
  beforeAll(async () => {
    rig = await startRig()
    await rig.platform.group(project.id)
    projectUri = await rig.use(project)
  })
  afterAll(() => rig.stop())

  it('keeps identifiers and cells out of histories, metrics, messages, logs, errors and reports', async () => {
    const trained = await rig.train(
      project,
      projectUri,
      await rig.put('adherence/datasets/table/canary/data/table.csv', marked(21, 1_500)),
    )
    expect(trained.status, trained.cause).toBe('SUCCEEDED')
    const { promote } = await import('../../functions/deployment/ledger-store.ts')
    await promote(project.id, {
      version: '1',
      who: 'arn:aws:iam::000000000000:user/approver',
      why: 'test',
      when: new Date().toISOString(),
      decision: 'approval of 1',
    })
    const batch = marked(22, 300)
    const inputUri = await rig.put('adherence/inbox/canary/batch.csv', batch)
    const scored = await rig.infer(project, projectUri, inputUri)
    expect(scored.status, scored.cause).toBe('SUCCEEDED')
    const broken = batch.replace(',Steady,', `,${canary.cell},`)
    expect(broken).not.toBe(batch)
    const refused = await rig.infer(
      project,
      projectUri,
      await rig.put('adherence/inbox/broken/batch.csv', broken),
    )
    expect(refused.status).toBe('FAILED')

    const predictions = await rig.read(`${scored.runUri}/predictions/part-00000.jsonl`)
    expect(predictions).toContain(canary.patient)
    const kept = [
      rig.traces(),
      JSON.stringify([trained, scored, refused]),
      ...(await Promise.all(
        [
          `${trained.runUri}/report.html`,
          `${trained.runUri}/profile.json`,
          `${trained.runUri}/baseline.json`,
          `${trained.runUri}/evaluation.json`,
          `${trained.runUri}/manifest.json`,
          `${scored.runUri}/report.html`,
          `${scored.runUri}/profile.json`,
          `${scored.runUri}/drift.json`,
          `${scored.runUri}/manifest.json`,
        ].map(rig.read),
      )),
    ]
    expect(kept[0]).toContain('ScoreParts')
    for (const [name, word] of Object.entries(canary))
      for (const text of kept) {
        const at = text.indexOf(word)
        expect(at < 0 ? '' : `${name} in …${text.slice(Math.max(0, at - 80), at + 40)}`).toBe('')
      }
  })
})
