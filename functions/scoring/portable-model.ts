/** A model as plain JSON, its arrays as base64: what an exported scorer carries instead of the training job's file. */
import type { Forest, XgboostModel } from './xgboost-model.ts'

type Numbers = Float32Array | Int32Array | Uint8Array
type Text<Value> = Value extends Numbers ? string : Value

/** Little-endian bytes, as every platform that runs JavaScript has them. */
export type PortableForest = { readonly [Name in keyof Forest]: Text<Forest[Name]> }
export interface PortableModel
  extends Omit<XgboostModel, 'baseMargin' | 'forest' | 'weights' | 'bestIteration'> {
  readonly baseMargin: string
  readonly forest: PortableForest | null
  readonly weights: string | null
}

export function packModel({
  baseMargin,
  forest,
  weights,
  bestIteration: _,
  ...plain
}: XgboostModel): PortableModel {
  return {
    ...plain,
    baseMargin: pack(baseMargin),
    weights: weights === undefined ? null : pack(weights),
    forest:
      forest === undefined
        ? null
        : {
            trees: forest.trees,
            treeStart: pack(forest.treeStart),
            treeGroup: pack(forest.treeGroup),
            treeDepth: pack(forest.treeDepth),
            treeWeight: pack(forest.treeWeight),
            treeCategorical: pack(forest.treeCategorical),
            left: pack(forest.left),
            feature: pack(forest.feature),
            threshold: pack(forest.threshold),
            defaultLeft: pack(forest.defaultLeft),
            cover: pack(forest.cover),
            categoryStart: pack(forest.categoryStart),
            categoryWords: pack(forest.categoryWords),
            categoryBits: pack(forest.categoryBits),
          },
  }
}

export function unpackModel({ baseMargin, forest, weights, ...plain }: PortableModel): XgboostModel {
  return {
    ...plain,
    bestIteration: undefined,
    baseMargin: floats(baseMargin),
    weights: weights === null ? undefined : floats(weights),
    forest:
      forest === null
        ? undefined
        : {
            trees: forest.trees,
            treeStart: integers(forest.treeStart),
            treeGroup: integers(forest.treeGroup),
            treeDepth: integers(forest.treeDepth),
            treeWeight: floats(forest.treeWeight),
            treeCategorical: bytes(forest.treeCategorical),
            left: integers(forest.left),
            feature: integers(forest.feature),
            threshold: floats(forest.threshold),
            defaultLeft: bytes(forest.defaultLeft),
            cover: floats(forest.cover),
            categoryStart: integers(forest.categoryStart),
            categoryWords: integers(forest.categoryWords),
            categoryBits: integers(forest.categoryBits),
          },
  }
}

function pack(values: Numbers): string {
  const raw = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
  let binary = ''
  // Arguments of one call are limited.
  for (let at = 0; at < raw.length; at += 8_192)
    binary += String.fromCharCode(...raw.subarray(at, at + 8_192))
  return btoa(binary)
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text)
  const raw = new Uint8Array(binary.length)
  for (let at = 0; at < raw.length; at++) raw[at] = binary.charCodeAt(at)
  return raw
}

const floats = (text: string) => new Float32Array(bytes(text).buffer)
const integers = (text: string) => new Int32Array(bytes(text).buffer)
