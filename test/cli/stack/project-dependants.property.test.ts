import fc from 'fast-check'
import { expect, it } from 'vitest'
import { refuseWhileUsed, remaining } from '../../../cli/stack/delete-project.ts'
import { dependantsOf } from '../../../cli/stack/project-dependants.ts'
import { Names } from '../../../infra/names.ts'

const names = fc.array(fc.stringMatching(/^[a-z]{1,6}$/), { maxLength: 3 })
const use = fc.record({
  schedules: names,
  executions: names,
  endpoints: names,
  champion: fc.option(fc.stringMatching(/^[0-9]{1,3}$/), { nil: undefined }),
  datasets: names,
})

// Feature: mlops-platform, Property 20: Shared resource deletion protection
it('refuses to delete a project until the last thing that depends on it is gone, naming each', () => {
  fc.assert(
    fc.property(use, (found) => {
      const dependants = dependantsOf(found)
      const { schedules, executions, endpoints, datasets } = found
      const expected = [
        ...schedules,
        ...executions,
        ...endpoints,
        ...(found.champion === undefined ? [] : [found.champion]),
        ...datasets,
      ]
      expect(dependants.map(({ name }) => name)).toEqual(expected)
      for (let left = dependants.length; left > 0; left--) {
        const still = dependants.slice(dependants.length - left)
        expect(() => refuseWhileUsed('p', still)).toThrow(
          `${left} things depend on project p: got ${still.map(({ kind, name, remedy }) => `${kind} ${name} (${remedy})`).join('; ')}`,
        )
      }
      expect(() => refuseWhileUsed('p', [])).not.toThrow()
    }),
    { numRuns: 100 },
  )
})

const flows = ['training', 'inference', 'dataset-import'] as const

// Feature: mlops-platform, Property 21: Deletion verification
it('after a deletion, says of exactly those that are still there that they are', async () => {
  await fc.assert(
    fc.asyncProperty(fc.subarray([...flows]), fc.boolean(), async (left, alarmLeft) => {
      const absent = Object.assign(new Error('gone'), { name: 'StateMachineDoesNotExist' })
      const place = {
        names: new Names('dev'),
        region: 'us-east-1',
        stateMachinePrefix: 'arn:aws:states:us-east-1:000000000000:stateMachine:regimen-dev-',
        sfn: {
          send: async ({ input }: { input: { stateMachineArn: string } }) => {
            if (left.some((flow) => input.stateMachineArn.endsWith(`regimen-dev-p-${flow}`))) return {}
            throw absent
          },
        },
        cloudwatch: { send: async () => ({ MetricAlarms: alarmLeft ? [{}] : [] }) },
        sagemaker: {},
      } as unknown as Parameters<typeof remaining>[0]
      const urn = (type: string, name: string) => `urn:pulumi:dev::regimen::${type}::${name}`
      const machine = 'aws:sfn/stateMachine:StateMachine'
      const alarm = 'aws:cloudwatch/metricAlarm:MetricAlarm'
      const steps = [
        ...flows.map((flow) => ({
          urn: urn(machine, `p-${flow}-machine`),
          type: machine,
          change: 'deleted' as const,
        })),
        { urn: urn(alarm, 'p-drift-alarm'), type: alarm, change: 'deleted' as const },
        { urn: urn(machine, 'q-training-machine'), type: machine, change: 'unchanged' as const },
      ]
      const still = left.map((flow) => urn(machine, `p-${flow}-machine`))
      expect((await remaining(place, steps)).sort()).toEqual(
        [...still, ...(alarmLeft ? [urn(alarm, 'p-drift-alarm')] : [])].sort(),
      )
    }),
    { numRuns: 100 },
  )
})
