/** Bench `engine`: what a transition costs beside moto's server, how fast the local cloud is up, and a Map of 10,000 items. */
import { randomUUID } from 'node:crypto'
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn'
import { bringUp, type CloudUnderTest } from './cloud-under-test.ts'
import { startMoto } from './moto-server.ts'

const transitions = 1_000
const repetitions = 5
const items = 10_000
const roleArn = 'arn:aws:iam::000000000000:role/bench'
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
const say = (line: string) => process.stderr.write(`${line}\n`)

interface EngineFigures {
  readonly loop: {
    readonly transitions: number
    /** Milliseconds, median of the repetitions; every transition is on disk before the next. */
    readonly milliseconds: number
    readonly motoMilliseconds: number
    readonly reference: string
    readonly ratio: number
    readonly atMost: 0.1
  }
  readonly up: {
    readonly firstAnswerSeconds: number
    readonly deployedSeconds: number
    readonly idleMegabytes: number
    readonly reference: string
  }
  readonly map: {
    readonly items: number
    readonly seconds: number
    readonly beforeMegabytes: number
    /** Peaks of resident memory in the first and in the second half of the time. */
    readonly firstHalfMegabytes: number
    readonly secondHalfMegabytes: number
    readonly reference: string
  }
}

export async function measure(): Promise<EngineFigures> {
  say('  bringing the local cloud up')
  const cloud = await bringUp()
  try {
    // Node gives memory back a while after it was needed.
    await new Promise((resolve) => setTimeout(resolve, 5_000))
    const up = {
      firstAnswerSeconds: cloud.firstAnswerSeconds,
      deployedSeconds: cloud.deployedSeconds,
      idleMegabytes: cloud.usage().residentMegabytes,
      reference: 'first answer at most 3 s, idle at most 300 MB',
    }
    say('  a loop of 1,000 transitions')
    const milliseconds = await loop(cloud.endpoint, jsonataLoop)
    say("  the same loop in moto's server")
    const moto = await startMoto()
    const motoMilliseconds = await loop(moto.endpoint, jsonPathLoop).finally(() => moto.stop())
    say(`  a distributed Map of ${items} items`)
    return {
      loop: {
        transitions,
        milliseconds,
        motoMilliseconds,
        reference: `moto ${moto.version}, which executes no JSONata: the same loop in JSONPath`,
        ratio: milliseconds / motoMilliseconds,
        atMost: 0.1,
      },
      up,
      map: await distributedMap(cloud),
    }
  } finally {
    cloud.stop()
  }
}

const rounds = transitions / 2
const jsonataLoop = {
  QueryLanguage: 'JSONata',
  StartAt: 'Count',
  States: {
    Count: { Type: 'Pass', Output: { n: '{% $states.input.n + 1 %}' }, Next: 'Enough' },
    Enough: {
      Type: 'Choice',
      Choices: [{ Condition: `{% $states.input.n < ${rounds} %}`, Next: 'Count' }],
      Default: 'Done',
    },
    Done: { Type: 'Succeed' },
  },
}
const jsonPathLoop = {
  StartAt: 'Count',
  States: {
    Count: { Type: 'Pass', Parameters: { 'n.$': 'States.MathAdd($.n, 1)' }, Next: 'Enough' },
    Enough: {
      Type: 'Choice',
      Choices: [{ Variable: '$.n', NumericLessThan: rounds, Next: 'Count' }],
      Default: 'Done',
    },
    Done: { Type: 'Succeed' },
  },
}

/** Median milliseconds from the start of an execution to the answer that it has ended. */
async function loop(endpoint: string, definition: object): Promise<number> {
  const sfn = new SFNClient({ endpoint, region: 'us-east-1', credentials })
  const times: number[] = []
  const stateMachineArn = await createMachine(sfn, 'loop', definition)
  for (let i = 0; i <= repetitions; i++) {
    const begun = performance.now()
    const output = await run(sfn, stateMachineArn, { n: 0 }, 2)
    if (output !== `{"n":${rounds}}` && JSON.parse(output).n !== rounds) throw new Error(`wrong: ${output}`)
    // The first one warms both up.
    if (i > 0) times.push(performance.now() - begun)
  }
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN
}

async function distributedMap(cloud: CloudUnderTest): Promise<EngineFigures['map']> {
  const sfn = new SFNClient({ endpoint: cloud.endpoint, region: 'us-east-1', credentials })
  const numbers = Array.from({ length: items }, (_, i) => i)
  const machine = await createMachine(sfn, 'map', {
    QueryLanguage: 'JSONata',
    StartAt: 'Each',
    States: {
      Each: {
        Type: 'Map',
        Items: '{% $states.input.items %}',
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          StartAt: 'Nothing',
          States: { Nothing: { Type: 'Pass', End: true } },
        },
        Output: '{% $count($states.result) %}',
        End: true,
      },
    },
  })
  const before = cloud.usage().residentMegabytes
  const samples: number[] = []
  const sampling = setInterval(() => samples.push(cloud.usage().residentMegabytes), 100)
  const begun = performance.now()
  const output = await run(sfn, machine, { items: numbers }, 50).finally(() => clearInterval(sampling))
  const seconds = (performance.now() - begun) / 1_000
  if (output !== String(items)) throw new Error(`wrong: ${output}`)
  const half = Math.ceil(samples.length / 2)
  return {
    items,
    seconds,
    beforeMegabytes: before,
    firstHalfMegabytes: Math.max(...samples.slice(0, half)),
    secondHalfMegabytes: Math.max(...samples.slice(half)),
    reference: 'at most 20 s, memory flat: the peak within 100 MB of what was resident before',
  }
}

async function createMachine(sfn: SFNClient, name: string, definition: object): Promise<string> {
  const created = await sfn.send(
    new CreateStateMachineCommand({ name: `bench-${name}`, roleArn, definition: JSON.stringify(definition) }),
  )
  return created.stateMachineArn ?? ''
}

async function run(sfn: SFNClient, stateMachineArn: string, input: object, pause: number): Promise<string> {
  const { executionArn } = await sfn.send(
    // moto calls every execution without a name None.
    new StartExecutionCommand({ stateMachineArn, name: randomUUID(), input: JSON.stringify(input) }),
  )
  for (;;) {
    const { status, output, error, cause } = await sfn.send(new DescribeExecutionCommand({ executionArn }))
    if (status === 'SUCCEEDED') return output ?? ''
    if (status !== 'RUNNING') throw new Error(`${status}: ${error}: ${cause}`)
    await new Promise((resolve) => setTimeout(resolve, pause))
  }
}
