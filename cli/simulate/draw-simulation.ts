/** A simulation as people read it: a line a week, then the events. */
import { table } from '../output.ts'
import type { SimulatedWeek, Simulation } from './simulate.ts'

const width = 20

export const weekLine = ({ week, modelVersion, drifted, alarm, events }: SimulatedWeek): string =>
  `week ${week}: version ${modelVersion}, ${drifted.length} columns drifted${alarm ? ', alarm' : ''}${events.length === 0 ? '' : `: ${events.join(', ')}`}`

export function drawSimulation({ weeks, retrainings, promotions }: Simulation, driftAt?: number): string {
  const rows = weeks.map((week) => [
    `${week.week}${week.week === driftAt ? ' *' : ''}`,
    week.modelVersion,
    week.drifted.length,
    figure(week.estimated),
    figure(week.performance),
    bar(week.performance),
    week.alarm ? 'ALARM' : '',
    week.events.join(', '),
  ])
  const drawn = table(['WEEK', 'VERSION', 'DRIFTED', 'ESTIMATED', 'MEASURED', '', '', 'EVENTS'], rows)
  const went = promotions.map(
    ({ week, version, replaced, metric, champion, challenger }) =>
      `week ${week}: version ${version} in the place of ${replaced}, ${metric} ${figure(challenger)} against ${figure(champion)} on the same rows`,
  )
  const refused = retrainings.filter(({ registered }) => registered === null)
  return [
    drawn,
    ...(driftAt === undefined ? [] : ['* the world changes']),
    ...went,
    ...refused.map(({ week }) => `week ${week}: a challenger was refused by the gate`),
  ].join('\n')
}

const figure = (value: number | null) => (value === null ? '' : value.toFixed(3))

const bar = (value: number | null) => (value === null ? '' : '█'.repeat(Math.round(value * width)))
