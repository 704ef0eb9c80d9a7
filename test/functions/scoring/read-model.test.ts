/** What the model reader refuses: damaged, hostile and unsupported files, each with the place and the rule. */
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RegimenError } from '../../../functions/errors.ts'
import { decodeUbjson } from '../../../functions/scoring/decode-ubjson.ts'
import { readModel } from '../../../functions/scoring/read-model.ts'
import { asJson, asUbjson, modelDocument, type TreeDocument } from './random-model.ts'

const stump: TreeDocument = {
  left: [1, -1, -1],
  right: [2, -1, -1],
  feature: [1, 0, 0],
  condition: [0.5, -1, 1],
  defaultLeft: [1, 0, 0],
  cover: [4, 1, 3],
}

/** The message with which a model of this tree is refused. */
function refusal(change: Partial<TreeDocument>, learner: Record<string, unknown> = {}): string {
  return message(() => readModel(asJson(modelDocument(2, [{ ...stump, ...change }], learner))))
}

function message(read: () => unknown): string {
  try {
    read()
  } catch (error) {
    expect(error).toBeInstanceOf(RegimenError)
    expect((error as RegimenError).name).toBe('ModelUnreadable')
    return (error as RegimenError).message
  }
  return 'was read'
}

const base = { num_class: '0', num_feature: '2' }
const tree = 'learner.gradient_booster.model.trees[0]'

describe('trees', () => {
  test('whose children lead back are refused', () => {
    expect(refusal({ left: [1, 0, -1], right: [2, 2, -1] })).toContain(
      `at ${tree}: child of node 1: got 0; expected a node from 1 to 2`,
    )
    expect(refusal({ left: [1, 2, -1], right: [2, 2, -1] })).toContain('child of node 1: got node 2 again')
  })

  test('whose indices lie outside are refused', () => {
    expect(refusal({ left: [7, -1, -1] })).toContain('child of node 0: got 7; expected a node from 1 to 2')
    expect(refusal({ left: [1.5, -1, -1] })).toContain('got 1.5')
    expect(refusal({ right: [-1, -1, -1] })).toContain('child of node 0: got -1')
    expect(refusal({ feature: [2, 0, 0] })).toContain(
      `at ${tree}.split_indices[0]: got 2; expected a feature from 0 to 1`,
    )
  })

  test('of different array lengths are refused', () => {
    expect(refusal({ condition: [1] })).toContain('split_conditions: got 1 numbers; expected 3, one per node')
  })

  test('without a number at a leaf, or with a negative cover, are refused', () => {
    expect(refusal({ condition: [0.5, Number.NaN, 1] })).toContain('split_conditions[1]')
    expect(refusal({ cover: [4, -1, 3] })).toContain('sum_hessian[1]')
  })

  test('keep working when pruned nodes that no path reaches are broken', () => {
    const pruned = { ...stump, left: [-1, 9, 9], condition: [2, Number.NaN, 1], right: [-1, 9, 9] }
    expect(readModel(asJson(modelDocument(2, [pruned]))).forest?.left).toEqual(Int32Array.of(-1))
  })

  test('with vector leaves are refused', () => {
    const document = modelDocument(2, [stump])
    document.learner.gradient_booster.model.trees[0]!.tree_param.size_leaf_vector = '3'
    expect(message(() => readModel(asJson(document)))).toContain('vector leaves')
  })

  test('with categories that are out of range, or lack a set, are refused', () => {
    const document = modelDocument(2, [stump])
    const [first] = document.learner.gradient_booster.model.trees
    Object.assign(first!, { split_type: [1, 0, 0] })
    expect(message(() => readModel(asJson(document)))).toContain('split_type[0]')
    Object.assign(first!, {
      categories_nodes: [0],
      categories_segments: [0],
      categories_sizes: [2],
      categories: [1],
    })
    expect(message(() => readModel(asJson(document)))).toContain(
      'categories_segments[0]: got a segment outside',
    )
    Object.assign(first!, { categories: [1, 99_999_999] })
    expect(message(() => readModel(asJson(document)))).toContain('categories[1]: got 99999999')
  })
})

describe('models', () => {
  test('of an unknown objective are refused with the known ones', () => {
    expect(refusal({}, { objective: { name: 'survival:cox' } })).toContain(
      'unsupported objective, at learner.objective.name: got "survival:cox"; expected one of binary:logistic',
    )
    expect(refusal({}, { objective: { name: 'constructor' } })).toContain('unsupported objective')
  })

  test('of several targets, unknown boosters or no features are refused', () => {
    const param = (changes: object) => ({ learner_model_param: { ...base, base_score: '0.5', ...changes } })
    expect(refusal({}, param({ num_target: '2' }))).toContain('num_target: got several targets')
    expect(refusal({}, param({ num_feature: '0' }))).toContain('num_feature: got 0')
    expect(refusal({}, param({ num_feature: '99999999999' }))).toContain('num_feature')
    expect(refusal({}, { gradient_booster: { name: 'gbforest' } })).toContain('an unknown booster')
  })

  test('take base_score in both forms, and refuse one outside the range of probabilities', () => {
    const withBase = (base_score: string) => ({ learner_model_param: { ...base, base_score } })
    for (const score of ['2E-1', '[2E-1]']) {
      const model = readModel(asJson(modelDocument(2, [stump], withBase(score))))
      expect(model.baseMargin[0]).toBeCloseTo(Math.log(0.25), 6)
    }
    expect(readModel(asJson(modelDocument(2, [stump], withBase('1E0')))).baseMargin[0]).toBeCloseTo(
      13.74516,
      5,
    )
    for (const score of ['2', '-1', '[0.1,0.2]', '', 'abc'])
      expect(refusal({}, withBase(score))).toContain('base_score')
  })

  test('end with the best iteration, or with the last on request', () => {
    const attributes = { attributes: { best_iteration: '0' } }
    const bytes = asJson(modelDocument(2, [stump, stump, stump], attributes))
    expect(readModel(bytes).forest?.trees).toBe(1)
    expect(readModel(bytes, { iterations: 'all' }).forest?.trees).toBe(3)
  })

  test('of 1.7 without a tree name the round before the first one', () => {
    const bytes = asJson(modelDocument(2, [], { attributes: { best_iteration: '-1' } }))
    expect(readModel(bytes)).toMatchObject({ bestIteration: undefined, forest: { trees: 0 } })
  })

  test('of linear boosters need a weight per feature and group', () => {
    const linear = { gradient_booster: { name: 'gblinear', model: { weights: [1, 2] } } }
    expect(refusal({}, linear)).toContain('model.weights: got 2 weights; expected 3 finite ones')
  })
})

describe('files', () => {
  test('that are no models say what they are', () => {
    expect(message(() => readModel(new Uint8Array()))).toContain('got an empty file')
    expect(message(() => readModel(Uint8Array.of(0x80, 4)))).toContain('got a Python pickle')
    expect(message(() => readModel(asJson('text')))).toContain('neither JSON nor UBJSON')
    expect(message(() => readModel(asJson({})))).toContain('at learner: got nothing; expected an object')
    expect(message(() => readModel(new TextEncoder().encode('{"learner":')))).toContain('not valid JSON')
  })

  test('cut anywhere are refused, and never read', () => {
    for (const bytes of [asJson(modelDocument(2, [stump])), asUbjson(modelDocument(2, [stump]))])
      for (let length = 0; length < bytes.length; length++)
        expect(message(() => readModel(bytes.subarray(0, length)))).not.toBe('was read')
  })

  test('with any byte changed are read or refused, and never break the reader', () => {
    const original = asUbjson(modelDocument(2, [stump]))
    fc.assert(
      fc.property(fc.nat(original.length - 1), fc.integer({ min: 0, max: 255 }), (at, byte) => {
        const bytes = original.slice()
        bytes[at] = byte
        expect(message(() => readModel(bytes))).toMatch(/^(was read|.*(model|UBJSON|JSON).*)$/s)
      }),
      { numRuns: 2_000 },
    )
  })

  test('that announce more than they hold are refused before memory is spent', () => {
    const bytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0))
    const huge = 'L\x00\x00\x00\xff\x00\x00\x00\x00'
    expect(message(() => decodeUbjson(bytes(`[$d#${huge}`)))).toContain('a typed array longer than the file')
    expect(message(() => decodeUbjson(bytes(`[#${huge}`)))).toContain('bytes announced')
    expect(message(() => decodeUbjson(bytes(`S${huge}`)))).toContain('bytes announced')
    expect(message(() => decodeUbjson(bytes(`[$Z#${huge}`)))).toContain('of a type that models do not hold')
    expect(message(() => decodeUbjson(bytes('['.repeat(100))))).toContain('more than 64 levels of nesting')
    expect(message(() => decodeUbjson(bytes('{i\x01aZ}Z')))).toContain('1 bytes after the document')
  })

  test('of JSON that would cost many times its size are refused before they are parsed', () => {
    const text = `{"a":[${'[],'.repeat(3_000_001)}0]}`
    expect(message(() => readModel(new TextEncoder().encode(text)))).toContain('3000003 arrays and objects')
  })

  test('inside a gzip alone are read', () => {
    expect(readModel(gzipSync(asUbjson(modelDocument(2, [stump])))).features).toBe(2)
  })
})
