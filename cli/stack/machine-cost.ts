/** What one successful run of a state machine costs, from its definition and the memory of the functions that it calls. */
import * as z from 'zod'
import { priceOf, trainingHourPrice } from '../prices.ts'

export interface RunAssumptions {
  /** Parts of the table: children of each Map. */
  readonly parts: number
  /** Billed seconds of each function call. */
  readonly secondsPerCall: number
  /** Billed seconds of the training job. */
  readonly trainingSeconds: number
}

export interface CalledFunction {
  readonly memoryMegabytes: number
  readonly scratchMegabytes: number
  readonly isArm: boolean
}

export interface RunCost {
  readonly stateTransitions: number
  readonly lambdaRequests: number
  readonly lambdaGigabyteSeconds: number
  readonly trainingJobs: number
  readonly dollars: number
  /** What it does that has no price here: the sum holds nothing for it. */
  readonly unknown: readonly string[]
}

const stateSchema = z.looseObject({
  Type: z.string(),
  Next: z.string().optional(),
  Default: z.string().optional(),
  Choices: z.array(z.looseObject({ Next: z.string() })).default([]),
  Resource: z.string().optional(),
  Arguments: z.unknown().optional(),
  ItemProcessor: z.unknown().optional(),
  Branches: z.array(z.unknown()).default([]),
})
const flowSchema = z.looseObject({ StartAt: z.string(), States: z.record(z.string(), stateSchema) })
const invocation = z.looseObject({ FunctionName: z.string() })
type Flow = z.output<typeof flowSchema>
type State = z.output<typeof stateSchema>

/**
 * @param definition Amazon States Language, as JSON
 * @param functions by the ARN that the definition names
 * @param instanceType what its training jobs run on
 * @throws ZodError when it is no state machine
 */
export function runCost(
  definition: string,
  functions: (arn: string) => CalledFunction | undefined,
  instanceType: string,
  assumed: RunAssumptions,
): RunCost {
  const total = {
    stateTransitions: 0,
    lambdaRequests: 0,
    lambdaGigabyteSeconds: 0,
    trainingJobs: 0,
    dollars: 0,
  }
  const unknown = new Set<string>()

  function call(state: State, times: number): void {
    const parsed = invocation.safeParse(state.Arguments)
    const called = parsed.success ? functions(parsed.data.FunctionName) : undefined
    if (called === undefined) {
      unknown.add(parsed.success ? parsed.data.FunctionName : 'a function that the definition computes')
      return
    }
    const { memoryMegabytes, scratchMegabytes, isArm } = called
    const seconds = times * assumed.secondsPerCall
    const gigabyteSeconds = seconds * (memoryMegabytes / 1024)
    const scratch = seconds * (Math.max(0, scratchMegabytes - 512) / 1024)
    total.lambdaRequests += times
    total.lambdaGigabyteSeconds += gigabyteSeconds
    total.dollars +=
      times * priceOf('lambdaRequest') +
      gigabyteSeconds * priceOf(isArm ? 'lambdaGigabyteSecond' : 'lambdaGigabyteSecondX86') +
      scratch * priceOf('lambdaScratchGigabyteSecond')
  }

  function train(times: number): void {
    const price = trainingHourPrice(instanceType)
    total.trainingJobs += times
    if (price === undefined) unknown.add(instanceType)
    else total.dollars += (times * assumed.trainingSeconds * price) / 3_600
  }

  function run(flow: Flow, times: number): void {
    for (const state of statesOfSuccess(flow)) {
      total.stateTransitions += times
      total.dollars += times * priceOf('stateTransition')
      const service = state.Resource?.split(':::')[1] ?? ''
      if (service.startsWith('lambda:invoke')) call(state, times)
      else if (service.startsWith('sagemaker:createTrainingJob')) train(times)
      // The other way of the same run: a search costs its trials, each of them as much as the training that is counted.
      else if (service.startsWith('sagemaker:createHyperParameterTuningJob')) continue
      else if (state.Type === 'Task') unknown.add(service)
      if (state.Type === 'Map') run(flowSchema.parse(state.ItemProcessor), times * assumed.parts)
      for (const branch of state.Branches) run(flowSchema.parse(branch), times)
    }
  }
  run(flowSchema.parse(JSON.parse(definition)), 1)
  return { ...total, unknown: [...unknown] }
}

/** The states from which a run can still succeed, without those that only an error leads to; none is entered twice. */
function statesOfSuccess({ StartAt, States }: Flow): State[] {
  const following = ({ Next, Default, Choices }: State) =>
    [Next, Default, ...Choices.map((choice) => choice.Next)].filter((name) => name !== undefined)
  const succeeds = (name: string, seen: ReadonlySet<string>): boolean => {
    const state = States[name]
    if (state === undefined || state.Type === 'Fail' || seen.has(name)) return false
    const next = following(state)
    return next.length === 0 || next.some((each) => succeeds(each, new Set([...seen, name])))
  }
  const entered = new Set<string>()
  const enter = (name: string): void => {
    if (entered.has(name) || !succeeds(name, new Set())) return
    entered.add(name)
    for (const next of following(States[name] ?? stateSchema.parse({ Type: 'Succeed' }))) enter(next)
  }
  enter(StartAt)
  return [...entered].flatMap((name) => States[name] ?? [])
}
