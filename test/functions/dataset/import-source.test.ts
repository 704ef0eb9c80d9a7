import { describe, expect, it } from 'vitest'
import { brokenRule } from '../../../functions/broken-rule.ts'
import { importSource } from '../../../functions/dataset/import-source.ts'

const refusal = (source: object) => {
  const parsed = importSource.safeParse(source)
  return parsed.success ? undefined : brokenRule(parsed.error)
}

describe('the source of an import', () => {
  it.each(['https://ana:hunter2@example.org/a.csv', 'http://ana@example.org/'])(
    'is no URL with a user name or password in it, which the request of the run would keep: %s',
    (url) => {
      const broken = refusal({ kind: 'url', url })
      expect(broken).toEqual({ where: 'at url', expected: 'a URL without a user name and password in it' })
    },
  )

  it.each(['https://example.org/@ana/a.csv', 'https://example.org/a.csv?mail=ana@example.org'])(
    'may be %s',
    (url) => {
      expect(refusal({ kind: 'url', url })).toBeUndefined()
    },
  )

  it('is told what a URL and what an object looks like', () => {
    expect(refusal({ kind: 'url', url: 'http://' })).toEqual({
      where: 'at url',
      expected: 'an http or https URL',
    })
    for (const uri of ['s3://', 's3://bucket', 's3://bucket/', 's3:///key'])
      expect(refusal({ kind: 'object', uri })).toEqual({ where: 'at uri', expected: 's3://BUCKET/KEY' })
  })
})
