/** A WebAssembly module from instructions written as numbers: the binary format, and no more of it than kernels here need. */

/** Opcodes (WebAssembly core specification 2.0, section 5.4); of 32-bit integers and floats, and of two doubles at once. */
export const op = {
  block: [0x02, 0x40],
  loop: [0x03, 0x40],
  end: [0x0b],
  addInt: [0x6a],
  subtractInt: [0x6b],
  shiftLeft: [0x74],
  shiftRight: [0x76],
  isZero: [0x45],
  lessUnsigned: [0x49],
  addFloat: [0x92],
  multiplyFloat: [0x94],
  greaterOrEqualFloat: [0x60],
  addDouble: [0xa0],
  addDoubles: [0xfd, 0xf0, 0x01],
  multiplyDoubles: [0xfd, 0xf2, 0x01],
  firstDouble: [0xfd, 0x21, 0],
  secondDouble: [0xfd, 0x21, 1],
} as const

type Code = readonly number[]

export const get = (local: number): Code => [0x20, ...unsigned(local)]
export const set = (local: number): Code => [0x21, ...unsigned(local)]
export const tee = (local: number): Code => [0x22, ...unsigned(local)]
export const integer = (value: number): Code => [0x41, ...signed(value)]
/** Leaves as many blocks or loops: back to the start of a loop. */
export const branchIf = (depth: number): Code => [0x0d, ...unsigned(depth)]
export const loadInt = (offset = 0): Code => [0x28, 2, ...unsigned(offset)]
export const loadFloat = (offset = 0): Code => [0x2a, 2, ...unsigned(offset)]
export const storeFloat = (offset = 0): Code => [0x38, 2, ...unsigned(offset)]
export const loadDouble = (offset = 0): Code => [0x2b, 3, ...unsigned(offset)]
export const storeDouble = (offset = 0): Code => [0x39, 3, ...unsigned(offset)]
export const loadDoubles = (offset = 0): Code => [0xfd, 0x00, 3, ...unsigned(offset)]

export interface WasmFunction {
  readonly name: string
  /** 32-bit integers. */
  readonly parameters: number
  /** Further locals: 32-bit integers. */
  readonly integers: number
  /** And after them, pairs of doubles, 0 at first. @default none */
  readonly doubles?: number
  readonly body: readonly Code[]
}

const int32 = 0x7f
const vector = 0x7b

/** The bytes of a module that imports its memory as `env.memory` and exports every function under its name. */
export function assemble(functions: readonly WasmFunction[]): Uint8Array<ArrayBuffer> {
  const text = (value: string): Code => counted([...new TextEncoder().encode(value)])
  const types = functions.map(({ parameters }) => [
    0x60,
    ...counted(Array<number>(parameters).fill(int32)),
    ...counted([]),
  ])
  const bodies = functions.map(({ integers, doubles = 0, body }) =>
    counted([2, ...unsigned(integers), int32, ...unsigned(doubles), vector, ...body.flat(), ...op.end]),
  )
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, types),
    ...section(2, [[...text('env'), ...text('memory'), 0x02, 0x00, 0x00]]),
    ...section(
      3,
      functions.map((_, at) => unsigned(at)),
    ),
    ...section(
      7,
      functions.map(({ name }, at) => [...text(name), 0x00, ...unsigned(at)]),
    ),
    ...section(10, bodies),
  ])
}

const counted = (bytes: Code): Code => [...unsigned(bytes.length), ...bytes]
const section = (id: number, entries: readonly Code[]): Code => [
  id,
  ...counted([...unsigned(entries.length), ...entries.flat()]),
]

/** LEB128. */
function unsigned(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80)
    rest = Math.floor(rest / 0x80)
  }
  return [...bytes, rest]
}

function signed(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  for (;;) {
    const byte = rest & 0x7f
    rest >>= 7
    if ((rest === 0 && (byte & 0x40) === 0) || (rest === -1 && (byte & 0x40) !== 0)) return [...bytes, byte]
    bytes.push(byte | 0x80)
  }
}
