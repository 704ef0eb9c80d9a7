import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { publicLevels, publicRange } from '../../../functions/report/disclosure.ts'
import { plot } from '../../../functions/report/drawing.ts'
import { pairedLevels } from '../../../functions/report/drift-pair.ts'
import {
  formatCount,
  formatDecimal,
  formatLift,
  formatSeconds,
  formatShare,
  formatSigned,
  formatTime,
  formatValue,
} from '../../../functions/report/format-number.ts'
import { html } from '../../../functions/report/markup.ts'
import { inWords } from '../../../functions/report/metric-words.ts'
import { countInto, parseScores } from '../../../functions/report/prediction-summary.ts'
import { principalName } from '../../../functions/report/principal-name.ts'
import { linearScale, niceCeiling, ticks } from '../../../functions/report/scale.ts'
import { fitted } from '../../../functions/report/text-width.ts'
import { numericColumn } from '../drift/build-profile.ts'

describe('a plot', () => {
  it('cuts the name of its axis where it would leave the drawing', () => {
    const name = 'a very long column name that goes on and on about nothing in particular, really'
    const axis = (label: string) => ({ domain: [0, 1] as const, label, format: String })
    const frame = { id: 'p', title: 't', description: 'd', width: 360, height: 300 }
    const { text } = plot({ ...frame, x: axis(name), y: axis('Share') }, () => '')
    expect(text).toContain(`…<title>${name}</title>`)
    expect(text).not.toContain(`>${name}</text>`)
    expect(plot({ ...frame, x: axis('age'), y: axis('Share') }, () => '').text).toContain('>age</text>')
  })
})

describe('numbers for readers', () => {
  it.each([
    [formatCount(1_234_567), '1,234,567'],
    [formatDecimal(-0.5), '−0.500'],
    [formatSigned(0.0123), '+0.012'],
    [formatSigned(-0.0123), '−0.012'],
    [formatShare(0.1152), '11.5\u00a0%'],
    [formatShare(0.0001), '< 0.1\u00a0%'],
    [formatShare(0.99999), '> 99.9\u00a0%'],
    [formatShare(1), '100.0\u00a0%'],
    [formatLift(1.916), '1.9\u00a0×'],
    [formatValue(0.370_812), '0.3708'],
    [formatValue(12_345_678_901), '1.23e+10'],
    [formatSeconds(3_725), '1 h 2 min'],
    [formatTime('2026-11-21T02:30:40.598Z'), '21 Nov 2026, 02:30 UTC'],
    [formatTime('yesterday'), '–'],
    [formatDecimal(null), '–'],
    [formatShare(Number.NaN), '–'],
  ])('writes %s', (written, expected) => {
    expect(written).toBe(expected)
  })

  it('calls metrics what people call them', () => {
    expect(inWords('rocAuc 0.66 reaches the minimum 0.6; r2 0.5 is below the minimum 0.6')).toBe(
      'ROC AUC 0.66 reaches the minimum 0.6; R² 0.5 is below the minimum 0.6',
    )
  })

  it('calls people by their names', () => {
    expect(principalName('arn:aws:sts::000000000000:assumed-role/science/ana')).toBe(
      'assumed-role/science/ana',
    )
    expect(principalName('schedule')).toBe('schedule')
  })
})

describe('a name in a drawing', () => {
  const fittedText = (text: string) => fitted(text, 122).text

  it('is cut by the room that its letters take, and kept whole for the pointer', () => {
    expect(fittedText('illicit trial filter')).toBe('illicit trial filter')
    expect(fittedText('WARD WOMEN MEDICINE WEST')).toBe(
      'WARD WOMEN M…<title>WARD WOMEN MEDICINE WEST</title>',
    )
    expect(fittedText('<i>'.repeat(40))).not.toContain('<i>')
  })
})

describe('a scale', () => {
  it('puts the ends of the domain at the ends of the range', () => {
    const scale = linearScale([10, 20], [100, 0])
    expect([scale(10), scale(15), scale(20)]).toEqual([100, 50, 0])
    expect(linearScale([3, 3], [0, 10])(3)).toBe(5)
  })

  it('has round ticks within the domain', () => {
    expect(ticks(0, 1)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1])
    expect(ticks(3, 3)).toEqual([3])
    expect(ticks(-3e-200, 3e-200, 4).map((tick) => Number(tick.toPrecision(3)))).toEqual([-2e-200, 0, 2e-200])
    fc.assert(
      fc.property(
        fc.double({ min: -1e6, max: 1e6, noNaN: true }),
        fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
        (low, span) => {
          const all = ticks(low, low + span)
          const slack = (Math.abs(low) + span) * 1e-9
          expect(all.every((tick) => tick >= low - slack && tick <= low + span + slack)).toBe(true)
          expect(all.length).toBeLessThanOrEqual(12)
          expect(all.every((tick, at) => at === 0 || tick > (all[at - 1] ?? 0))).toBe(true)
        },
      ),
      { numRuns: 200 },
    )
  })

  it('ends an axis at a round number that nothing exceeds', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-9, max: 1e9, noNaN: true }), (value) => {
        expect(niceCeiling(value)).toBeGreaterThanOrEqual(value * 0.999)
        expect(niceCeiling(value)).toBeLessThanOrEqual(value * 2.01)
      }),
      { numRuns: 200 },
    )
  })
})

describe('markup', () => {
  it('lets no text become a tag', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('<', '>', '"', "'", '&', 'a', '/', ' ', '=') }),
        (text) => {
          const { text: page } = html`<p title="${text}">${[text, html`<b>${text}</b>`]}</p>`
          expect(page.match(/[<>]/g)).toHaveLength(8)
          expect(page.match(/"/g)).toHaveLength(2)
        },
      ),
      { numRuns: 200 },
    )
  })

  it('takes an object from data for nothing but data', () => {
    const forged = JSON.parse('{"text":"<script>"}')
    expect(() => html`<p>${forged}</p>`).toThrow(TypeError)
  })
})

describe('what may be shown', () => {
  it('names no level of fewer than eleven rows, and loses none', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.string(), fc.integer({ min: 1, max: 40 }))),
        fc.nat(8),
        (levels, shown) => {
          const { named, further, few } = publicLevels(levels, shown)
          expect(named.every(([, count]) => count >= 11)).toBe(true)
          expect(named.length + further.levels + few.levels).toBe(levels.length)
          const rows = levels.reduce((sum, [, count]) => sum + count, 0)
          expect(named.reduce((sum, [, count]) => sum + count, 0) + further.rows + few.rows).toBe(rows)
        },
      ),
      { numRuns: 200 },
    )
  })

  it('gives the range of a column that helps to tell people apart without its ends', () => {
    const column = numericColumn(Array.from({ length: 100 }, (_, at) => at))
    expect(publicRange(column, { phi: 'none' })).toEqual([0, 99])
    const [low, high] = publicRange(column, { phi: 'quasi' }) ?? []
    expect([low, high]).toEqual([10, 89])
    expect(publicRange(numericColumn([1, 2, 3]), { phi: 'quasi' })).toBeNull()
  })

  it('puts levels of few rows on both sides together', () => {
    const side = (counts: number[]) => ({
      type: 'levels' as const,
      levels: counts.map((count, at) => ({ level: `level ${at}`, other: false, count })),
    })
    expect(pairedLevels(side([90, 5, 5]), side([80, 10, 10]))).toEqual([
      { name: 'level 0', before: 0.9, now: 0.8 },
      { name: 'fewer than 11 rows each', before: 0.1, now: 0.2 },
    ])
  })
})

describe('scores', () => {
  it('are read past whatever stands in an identifier, and a cut line is left out', () => {
    const text = 'entity_id,…\n"a, ""b""\nc",k,0.25,0.9,false,true\nd,k,0.5,0.7,true,false\ne,k,0.75,0.8'
    expect(parseScores(text)).toEqual([
      { prediction: 0.25, confidence: 0.9, lowConfidence: false, flagged: true },
      { prediction: 0.5, confidence: 0.7, lowConfidence: true, flagged: false },
    ])
  })

  it('are counted once each, also beyond the edges', () => {
    expect(countInto([0, 0.5, 1], [-1, 0, 0.49, 0.5, 1, 7])).toEqual([3, 3])
  })
})
