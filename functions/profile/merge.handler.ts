/** Door: adds up the parts' profiles and decides whether the table is good enough to go on. */
import { door } from '../door.ts'
import { inferenceRun, trainingRun } from '../layout.ts'
import { getJson, putJson } from '../object-store.ts'
import { loadProject } from '../project-store.ts'
import { contracts } from '../stages.ts'
import { baselineOf } from './baseline.ts'
import { contractOf, findingsOf } from './findings.ts'
import { addAll, finishProfile } from './merge-profile.ts'
import { type Profile, profileSchema } from './profile.ts'
import { judgeQuality } from './quality.ts'

/** Parts read at once. */
const readAtOnce = 16

export const handler = door({
  ...contracts.mergeProfile,
  async run({ projectUri, runUri, purpose, parts, previousUri }, logger) {
    const project = await loadProject(projectUri)
    const layout = purpose === 'training' ? trainingRun : inferenceRun
    let sum: Profile | undefined
    for (let start = 0; start < parts; start += readAtOnce) {
      const indexes = Array.from({ length: Math.min(readAtOnce, parts - start) }, (_, at) => start + at)
      const read = await Promise.all(indexes.map((index) => getJson(layout.profilePart(runUri, index))))
      // Added up as they come: of a thousand parts, all profiles together would fill the memory.
      sum = addAll(
        sum,
        read.map((each) => profileSchema.parse(each)),
      )
    }
    const merged = finishProfile(sum)
    const findings = findingsOf(merged, contractOf(project), {
      now: Date.now(),
      environment: process.env.ENVIRONMENT,
      previous: previousUri === undefined ? undefined : profileSchema.parse(await getJson(previousUri)),
    })
    const profile: Profile = purpose === 'inference' ? merged : { ...merged, findings }
    const profileUri = layout.profile(runUri)
    await putJson(profileUri, profile)
    if (purpose === 'training') await putJson(trainingRun.baseline(runUri), baselineOf(profile))
    const quality = judgeQuality(profile, project, purpose, findings)
    logger.info('merged', { parts, rows: profile.rows, passed: quality.passed })
    return { profileUri, rows: profile.rows, quality }
  },
})
