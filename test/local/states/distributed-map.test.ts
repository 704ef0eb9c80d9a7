import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { openDatabase } from '../../../functions/duckdb-store.ts'
import { runDefinition } from '../../../local/states/run-definition.ts'
import {
  executionArn,
  jsonata,
  lambda,
  lambdaAnswer,
  openEngine,
  runOn,
  startOf,
  temporaryDirectory,
} from './fake-engine.ts'

const map = (extra: Record<string, unknown> = {}, states: Record<string, unknown> = { Work: lambda() }) => ({
  Type: 'Map',
  Label: 'Parts',
  ItemProcessor: {
    ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
    StartAt: Object.keys(states)[0],
    States: states,
  },
  End: true,
  ...extra,
})
const echo = { Echo: { Type: 'Pass', End: true } }
const reader = (config: Record<string, unknown> = {}) => ({
  ItemReader: {
    Resource: 'arn:aws:states:::s3:getObject',
    ReaderConfig: { InputType: 'JSON', ...config },
    Arguments: { Bucket: 'b', Key: '{% $states.input.key %}' },
  },
})
const object = (text: string) => ({ 's3:GetObject': () => ({ Body: Buffer.from(text) }) })

test('reads a JSON array, runs a child per item, and hands on their outputs in order', async () => {
  const { engine, calls } = await openEngine({
    ...object('[1,2,3]'),
    'lambda:Invoke': lambdaAnswer((n) => Number(n) * 2),
  })
  const result = await runOn(engine, jsonata({ M: map(reader()) }), { key: 'plan.json' })
  expect(result.output).toEqual([2, 4, 6])
  expect(calls[0]).toEqual({ action: 's3:GetObject', input: { Bucket: 'b', Key: 'plan.json' } })
  expect(result.events.map((event) => event.type)).toEqual([
    'ExecutionStarted',
    'MapStateEntered',
    'MapStateStarted',
    'MapRunStarted',
    'MapRunSucceeded',
    'MapStateSucceeded',
    'MapStateExited',
    'ExecutionSucceeded',
  ])
})

test('children see no outer variables; ItemSelector does', async () => {
  const set = { Type: 'Pass', Assign: { x: 5 }, Next: 'M' }
  const { engine } = await openEngine({})
  const selected = map(
    { Items: [1], ItemSelector: { x: '{% $x %}', v: '{% $states.context.Map.Item.Value %}' } },
    echo,
  )
  expect((await runOn(engine, jsonata({ S: set, M: selected }))).output).toEqual([{ x: 5, v: 1 }])
  const reading = map({ Items: [1] }, { Echo: { Type: 'Pass', Output: '{% $x %}', End: true } })
  const failed = await runOn(engine, jsonata({ S: set, M: reading }), {}, 'two')
  expect(failed.error).toBe('States.ExceedToleratedFailureThreshold')
})

describe('readers', () => {
  test.each([
    ['JSONL', {}, '{"a":1}\n\n{"a":2}\n', [{ a: 1 }, { a: 2 }]],
    [
      'CSV',
      {},
      '\uFEFFid,note\r\n1,"a, ""b""\nc"\r\n2,\r\n',
      [
        { id: '1', note: 'a, "b"\nc' },
        { id: '2', note: '' },
      ],
    ],
    [
      'CSV',
      { CSVHeaderLocation: 'GIVEN', CSVHeaders: ['x'], CSVDelimiter: 'TAB' },
      '1\n2',
      [{ x: '1' }, { x: '2' }],
    ],
    // Recorded on AWS: cells beyond the header are left out, missing ones are empty, and a header may be empty.
    [
      'CSV',
      {},
      'H1,\n4,5,6\n,,,\n   \n',
      [
        { H1: '4', '': '5' },
        { H1: '', '': '' },
        { H1: '   ', '': '' },
      ],
    ],
    ['JSON', { ItemsPointer: '/a/b' }, '{"a":{"b":[7]}}', [7]],
    ['JSON', { MaxItems: '{% 1 + 1 %}' }, '[1,2,3]', [1, 2]],
  ])('%s %o', async (InputType, config, text, expected) => {
    const { engine } = await openEngine(object(text))
    const result = await runOn(engine, jsonata({ M: map(reader({ InputType, ...config }), echo) }), {
      key: 'k',
    })
    expect(result.output).toEqual(expected)
  })

  test('a listing is read page by page', async () => {
    const { engine } = await openEngine({
      's3:ListObjectsV2': ({ ContinuationToken }) =>
        ContinuationToken === undefined
          ? { Contents: [{ Key: 'a', Size: 1, ETag: 'e' }], IsTruncated: true, NextContinuationToken: 't' }
          : { Contents: [{ Key: 'b', Size: 2, ETag: 'e' }], IsTruncated: false },
    })
    const listing = {
      ItemReader: { Resource: 'arn:aws:states:::s3:listObjectsV2', Arguments: { Bucket: 'b', Prefix: 'p' } },
      ItemSelector: '{% $states.context.Map.Item.Value.Key %}',
    }
    expect((await runOn(engine, jsonata({ M: map(listing, echo) }))).output).toEqual(['a', 'b'])
  })

  test.each([
    ['JSON', '7', 'Attempting to map over non-iterable node.'],
    ['JSON', '{', 'the object is not JSON'],
    ['JSONL', '1\n{', 'line 2 is not JSON'],
    ['CSV', 'a,a\n1,2', 'CSV headers cannot contain duplicates.'],
    ['PARQUET', 'PAR?', 'the object is not a Parquet file that can be read'],
    ['MANIFEST', '{}', 'the manifest is none of an S3 inventory: it needs fileFormat, fileSchema and files'],
  ])('%s %s fails as States.ItemReaderFailed', async (InputType, text, cause) => {
    const { engine } = await openEngine(object(text))
    const result = await runOn(engine, jsonata({ M: map(reader({ InputType }), echo) }), { key: 'k' })
    expect(result).toMatchObject({ status: 'FAILED', error: 'States.ItemReaderFailed', cause })
    expect(result.events.map((event) => event.type).slice(-5)).toEqual([
      'MapStateStarted',
      'MapRunStarted',
      'MapRunFailed',
      'MapStateFailed',
      'ExecutionFailed',
    ])
  })

  test('a JSON object gives one item a member', async () => {
    const { engine } = await openEngine(object('{"a":1,"b":[2]}'))
    const result = await runOn(engine, jsonata({ M: map(reader(), echo) }), { key: 'k' })
    expect(result.output).toEqual([
      { Key: 'a', Value: 1 },
      { Key: 'b', Value: [2] },
    ])
  })

  test('a Parquet file gives one item a row', async () => {
    const directory = temporaryDirectory()
    const file = join(directory, 'rows.parquet')
    const database = await openDatabase()
    await database.run(
      `COPY (SELECT * FROM (VALUES (1, 'a', NULL), (2, 'b', 0.5)) AS t(id, name, share)) TO '${file}' (FORMAT parquet)`,
    )
    database.close()
    const { engine } = await openEngine({ 's3:GetObject': () => ({ Body: readFileSync(file) }) })
    const result = await runOn(engine, jsonata({ M: map(reader({ InputType: 'PARQUET' }), echo) }), {
      key: 'k',
    })
    expect(result.output).toEqual([
      { id: 1, name: 'a', share: null },
      { id: 2, name: 'b', share: 0.5 },
    ])
  })

  test('an S3 inventory gives the rows of the files that its manifest names', async () => {
    const manifest = {
      sourceBucket: 'source',
      destinationBucket: 'arn:aws:s3:::inventories',
      fileFormat: 'CSV',
      fileSchema: 'Bucket, Key, Size',
      files: [{ key: 'data/1.csv.gz', size: 1, MD5checksum: '' }],
    }
    const { engine, calls } = await openEngine({
      's3:GetObject': ({ Key }) => ({
        Body: Key === 'k' ? Buffer.from(JSON.stringify(manifest)) : gzipSync('"source","a/b.csv","12"\n'),
      }),
    })
    const result = await runOn(engine, jsonata({ M: map(reader({ InputType: 'MANIFEST' }), echo) }), {
      key: 'k',
    })
    expect(result.output).toEqual([{ Bucket: 'source', Key: 'a/b.csv', Size: '12' }])
    expect(calls[1]?.input).toEqual({ Bucket: 'inventories', Key: 'data/1.csv.gz' })
  })

  test("Athena's manifest gives the items of the objects that it names", async () => {
    const { engine } = await openEngine({
      's3:GetObject': ({ Key }) => ({
        Body: Buffer.from(Key === 'k' ? 's3://b/one\ns3://b/two\n' : `{"from":"${String(Key)}"}\n`),
      }),
    })
    const config = { InputType: 'JSONL', ManifestType: 'ATHENA_DATA' }
    const result = await runOn(engine, jsonata({ M: map(reader(config), echo) }), { key: 'k' })
    expect(result.output).toEqual([{ from: 'one' }, { from: 'two' }])
  })

  test.each([
    [0, [1, 2, 3]],
    [2, [1, 2]],
    ['{% $states.input.n %}', [1]],
  ])('MaxItems %s', async (MaxItems, expected) => {
    const { engine } = await openEngine(object('[1,2,3]'))
    const result = await runOn(engine, jsonata({ M: map(reader({ MaxItems }), echo) }), { key: 'k', n: 1 })
    expect(result.output).toEqual(expected)
  })

  test('a negative MaxItems fails the Map run', async () => {
    const { engine } = await openEngine(object('[1]'))
    const config = reader({ MaxItems: '{% -1 %}' })
    const result = await runOn(engine, jsonata({ M: map(config, echo) }), { key: 'k' })
    expect(result).toMatchObject({
      error: 'States.ItemReaderFailed',
      cause: 'field MaxItems must be positive',
    })
  })
})

test('Items may be an object, and the input too', async () => {
  const { engine } = await openEngine({})
  const items = await runOn(engine, jsonata({ M: map({ Items: { a: '{% 1 + 1 %}' } }, echo) }))
  expect(items.output).toEqual([{ Key: 'a', Value: 2 }])
  const input = await runOn(engine, jsonata({ M: map({}, echo) }), { b: 3 }, 'two')
  expect(input.output).toEqual([{ Key: 'b', Value: 3 }])
})

test.each([
  [{ MaxInputBytesPerBatch: 40 }, 2],
  [{ MaxItemsPerBatch: '{% 1 + 2 %}' }, 3],
  [{ MaxItemsPerBatch: 10, MaxInputBytesPerBatch: 60 }, 4],
])('ItemBatcher %o puts %i items into a batch', async (ItemBatcher, perBatch) => {
  const { engine } = await openEngine({})
  const Items = Array.from({ length: 12 }, (_, i) => `item-${String(i).padStart(2, '0')}`)
  const result = await runOn(engine, jsonata({ M: map({ Items, ItemBatcher }, echo) }))
  const batches = result.output as { Items: string[] }[]
  expect(batches[0]?.Items).toHaveLength(perBatch)
  expect(batches.flatMap((batch) => batch.Items)).toEqual(Items)
})

test('batches items with a common input', async () => {
  const result = await runDefinition(
    jsonata({
      M: map(
        {
          Items: '{% [1..5] %}',
          ItemBatcher: { MaxItemsPerBatch: 2, BatchInput: { k: '{% $states.input.k %}' } },
        },
        echo,
      ),
    }),
    { input: { k: 'v' } },
  )
  expect(result.output).toEqual([
    { BatchInput: { k: 'v' }, Items: [1, 2] },
    { BatchInput: { k: 'v' }, Items: [3, 4] },
    { BatchInput: { k: 'v' }, Items: [5] },
  ])
})

describe('tolerated failures', () => {
  const odd = {
    Look: {
      Type: 'Choice',
      Choices: [{ Condition: '{% $states.input % 2 = 1 %}', Next: 'Bad' }],
      Default: 'Good',
    },
    Good: { Type: 'Succeed' },
    Bad: { Type: 'Fail', Error: 'Odd', Cause: 'c' },
  }
  test.each([
    [{ ToleratedFailureCount: 2 }, 'SUCCEEDED'],
    [{ ToleratedFailureCount: 1 }, 'FAILED'],
    [{ ToleratedFailurePercentage: 50 }, 'SUCCEEDED'],
    [{ ToleratedFailurePercentage: 49 }, 'FAILED'],
    [{ ToleratedFailurePercentage: '{% 100 %}' }, 'SUCCEEDED'],
    [{}, 'FAILED'],
  ])('two of four failed under %o: %s', async (limits, status) => {
    const result = await runDefinition(jsonata({ M: map({ Items: [1, 2, 3, 4], ...limits }, odd) }))
    expect(result.status).toBe(status)
    if (status === 'FAILED') expect(result.error).toBe('States.ExceedToleratedFailureThreshold')
    else expect(result.output).toContainEqual({ Status: 'FAILED', Error: 'Odd', Cause: 'c' })
  })
})

test('an empty array gives an empty array', async () => {
  const result = await runDefinition(jsonata({ M: map({ Items: [] }, echo) }))
  expect(result.output).toEqual([])
})

test('never runs more children at once than MaxConcurrency', async () => {
  let running = 0
  let most = 0
  const three = Promise.withResolvers<void>()
  const { engine } = await openEngine({
    'lambda:Invoke': lambdaAnswer(async (payload) => {
      running += 1
      most = Math.max(most, running)
      if (running === 3) three.resolve()
      await three.promise
      running -= 1
      return payload
    }),
  })
  await runOn(engine, jsonata({ M: map({ Items: '{% [1..20] %}', MaxConcurrency: 3 }) }))
  expect(most).toBe(3)
})

test('10,000 children write their results to S3, and the execution hands on the manifest only', async () => {
  const objects = new Map<string, string>()
  const { engine } = await openEngine({
    's3:GetObject': () => ({
      Body: Buffer.from(JSON.stringify(Array.from({ length: 10_000 }, (_, i) => i))),
    }),
    's3:PutObject': ({ Key, Body }) => {
      objects.set(String(Key), Buffer.from(Body as Uint8Array).toString())
      return {}
    },
  })
  const writer = {
    ResultWriter: {
      Resource: 'arn:aws:states:::s3:putObject',
      Arguments: { Bucket: 'out', Prefix: 'p' },
      WriterConfig: { Transformation: 'COMPACT' },
    },
  }
  const result = await runOn(engine, jsonata({ M: map({ ...reader(), ...writer }, echo) }), { key: 'k' })
  expect(result.status).toBe('SUCCEEDED')
  const { ResultWriterDetails, MapRunArn } = result.output as Record<string, { Bucket: string; Key: string }>
  const manifest = JSON.parse(objects.get(ResultWriterDetails!.Key)!)
  expect(manifest).toMatchObject({ DestinationBucket: 'out', MapRunArn })
  const written: number[] = manifest.ResultFiles.SUCCEEDED.flatMap((file: { Key: string }) =>
    JSON.parse(objects.get(file.Key)!),
  )
  expect(written.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 10_000 }, (_, i) => i))
  expect(await engine.mapRuns.list(executionArn('one'))).toMatchObject([
    {
      status: 'SUCCEEDED',
      counts: { total: 10_000, succeeded: 10_000, resultsWritten: 10_000, running: 0, pending: 0 },
    },
  ])
})

test('after a restart finished children are not run again', async () => {
  const seen: unknown[] = []
  const hang = Promise.withResolvers<void>()
  const reached = Promise.withResolvers<void>()
  const first = await openEngine({
    'lambda:Invoke': lambdaAnswer(async (payload) => {
      seen.push(payload)
      if (seen.length === 4) {
        reached.resolve()
        await hang.promise
      }
      return payload
    }),
  })
  const machine = jsonata({ M: map({ Items: '{% [1..6] %}', MaxConcurrency: 1 }) })
  await first.engine.start(startOf(machine))
  await reached.promise
  await first.engine.close()
  hang.resolve()
  const again: unknown[] = []
  const second = await openEngine(
    {
      'lambda:Invoke': lambdaAnswer((payload) => {
        again.push(payload)
        return payload
      }),
    },
    { directory: first.directory },
  )
  await second.engine.resume()
  expect(await second.engine.ended(executionArn('one'))).toMatchObject({ output: [1, 2, 3, 4, 5, 6] })
  expect(again).toEqual([4, 5, 6])
})
