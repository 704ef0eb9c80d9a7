/** Executions recorded on AWS Step Functions: the engine must answer as AWS did. */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { runDefinition } from '../../local/states/run-definition.ts'

const file = path.join(import.meta.dirname, '../../../shared/conformance/asl-executions.json')

interface Recording {
  name: string
  definition: Record<string, unknown>
  input: unknown
  expected: { status: string; output?: unknown; error?: string; cause?: string }
  eventTypes: string[]
}

const recordings: Recording[] = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : []

describe.skipIf(recordings.length === 0)(
  'executions recorded on AWS (skipped where the recordings are absent)',
  () => {
    test.each(recordings.map((recording) => [recording.name, recording] as const))(
      '%s',
      async (_, recording) => {
        const { definition, input, expected, eventTypes } = recording
        const result = await runDefinition(definition, { input })
        expect(result.status).toBe(expected.status)
        expect(result.error).toBe(expected.error)
        if (expected.status === 'SUCCEEDED') expect(result.output).toEqual(expected.output)
        expect(result.cause).toBe(expected.cause)
        const types = result.events.map((event) => event.type)
        const concurrent = eventTypes.some((type) => /^(Map|Parallel)State/.test(type))
        expect(concurrent ? types.sort() : types).toEqual(concurrent ? [...eventTypes].sort() : eventTypes)
      },
    )
  },
)
