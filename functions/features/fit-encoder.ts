/** Fits the encoder from the merged profile of the train side: one pass over counts, none over rows. */
import { createHash } from 'node:crypto'
import { RegimenError } from '../errors.ts'
import type { CategoryColumn, Profile } from '../profile/profile.ts'
import { quantiles } from '../profile/quantiles.ts'
import type { Feature, Project } from '../project.ts'
import type { EncodedFeature, Encoder } from './encoder.ts'

/**
 * @throws RegimenError `FeatureContractBroken` when the profile lacks a feature, `TrainingDataUnusable` when it has no
 * examples.
 */
export function fitEncoder(profile: Profile, project: Project): Encoder {
  if (profile.features === undefined || (profile.features.sides.train?.rows ?? 0) === 0)
    throw new RegimenError('TrainingDataUnusable', {
      what: 'the profile holds no example of the train side',
      where: `project ${project.id}`,
      do: 'check features.sql and split.train',
    })
  const known = profile.features.columns
  const features = project.features.map((feature) => {
    const column = known[feature.name]
    if (column === undefined || (column.kind === 'numeric') !== (feature.kind === 'numeric'))
      throw new RegimenError('FeatureContractBroken', {
        what: `the profile has no ${feature.kind} feature ${JSON.stringify(feature.name)}`,
        where: `project ${project.id}`,
        do: 'profile the data again with this version of the project',
      })
    return column.kind === 'numeric'
      ? numeric(feature, quantiles(column, [0.5])[0] ?? null)
      : listed(feature, column, project)
  })
  const columns = features.flatMap((feature) => [...feature.columns])
  const hash = createHash('sha256').update(JSON.stringify(features)).digest('hex').slice(0, 16)
  return { contract: 1, features, columns, hash }
}

const numeric = ({ name }: Feature, median: number | null): EncodedFeature => ({
  name,
  kind: 'numeric',
  encoding: 'numeric',
  columns: [name],
  median,
})

function listed(feature: Feature, column: CategoryColumn, project: Project): EncodedFeature {
  const { name, levels: order } = feature
  if (order !== undefined)
    return { name, kind: 'ordinal', encoding: 'ordinal', columns: [name], levels: order }
  const least = project.rareLevelShare * (column.count + column.nulls)
  const common = column.levels.filter(([, count]) => count >= least)
  if (common.length <= project.oneHotLimit && common.length > 0) return oneHot(name, common)
  const frequencies = column.levels.map(([level, count]): [string, number] => [level, count / column.count])
  return { name, kind: 'category', encoding: 'frequency', columns: [name], frequencies }
}

/** Levels by text, so that the columns do not change places when counts do. */
function oneHot(name: string, common: readonly (readonly [string, number])[]): EncodedFeature {
  const levels = common.map(([level]) => level).sort()
  const columns = [...levels.map((level) => `${name}=${level}`), `${name}:other`, `${name}:missing`]
  return { name, kind: 'category', encoding: 'one-hot', columns, levels }
}
