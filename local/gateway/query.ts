/** The AWS Query protocol: form fields such as `Entries.member.1.Name` in, XML out. */
import { AwsError, type Json } from '../service.ts'
import { isObject, missingMembers, toDate } from './json.ts'
import { members, requiredMembers, type Shape } from './shapes.ts'
import { escapeXml } from './xml.ts'

export const namespaces: Readonly<Record<string, string>> = {
  sns: 'http://sns.amazonaws.com/doc/2010-03-31/',
  sts: 'https://sts.amazonaws.com/doc/2011-06-15/',
  iam: 'https://iam.amazonaws.com/doc/2010-05-08/',
  monitoring: 'http://monitoring.amazonaws.com/doc/2010-08-01/',
}

/** Fields as a tree: `{Entries: {member: {1: {Name: 'a'}}}}`. */
type Tree = Map<string, Tree | string>

const wireName = (name: string, shape: Shape) => {
  const traits = shape.getMergedTraits()
  return typeof traits.xmlName === 'string' ? traits.xmlName : name
}

/** @throws AwsError `ValidationError` when a required member is absent. */
export function parseForm(form: URLSearchParams, shape: Shape | undefined): Json {
  const tree = grow(form)
  tree.delete('Action')
  tree.delete('Version')
  if (shape === undefined) return guess(tree)
  const value = readStruct(tree, shape)
  const missing = requiredMembers(shape).filter((name) => value[name] === undefined)
  if (missing.length > 0) throw new AwsError('ValidationError', missingMembers(missing).message)
  return value
}

function grow(form: URLSearchParams): Tree {
  const root: Tree = new Map()
  for (const [path, value] of form) {
    const steps = path.split('.')
    const last = steps.pop()
    let node = root
    for (const step of steps) {
      const next = node.get(step)
      if (next instanceof Map) node = next
      else {
        const made: Tree = new Map()
        node.set(step, made)
        node = made
      }
    }
    if (last !== undefined && !(node.get(last) instanceof Map)) node.set(last, value)
  }
  return root
}

function readStruct(tree: Tree, shape: Shape): Json {
  const value: Json = {}
  for (const [wire, [name, member]] of members(shape, wireName)) {
    const field = tree.get(wire)
    if (field !== undefined) value[name] = read(field, member)
  }
  return value
}

function read(field: Tree | string, shape: Shape): unknown {
  if (typeof field === 'string') return readScalar(field, shape)
  if (shape.isStructSchema()) return readStruct(field, shape)
  if (shape.isListSchema()) return ordered(field).map((item) => read(item, shape.getValueSchema()))
  if (!shape.isMapSchema()) return undefined
  const traits = (part: Shape, otherwise: string) => wireName(otherwise, part)
  return Object.fromEntries(
    ordered(field).flatMap((entry) => {
      if (typeof entry === 'string') return []
      const key = entry.get(traits(shape.getKeySchema(), 'key')) ?? entry.get('Name')
      const value = entry.get(traits(shape.getValueSchema(), 'value')) ?? entry.get('Value')
      return typeof key === 'string' && value !== undefined
        ? [[key, read(value, shape.getValueSchema())]]
        : []
    }),
  )
}

/** Items of `X.member.N`, `X.entry.N` or, flattened, `X.N`. */
function ordered(tree: Tree): (Tree | string)[] {
  const inner = tree.get('member') ?? tree.get('entry') ?? tree
  if (typeof inner === 'string') return []
  return [...inner]
    .filter(([index]) => /^\d+$/.test(index))
    .sort(([left], [right]) => Number(left) - Number(right))
    .map(([, item]) => item)
}

function readScalar(text: string, shape: Shape): unknown {
  if (shape.isListSchema()) return []
  if (shape.isNumericSchema()) return Number(text)
  if (shape.isBooleanSchema()) return text === 'true'
  if (shape.isTimestampSchema()) return toDate(text)
  if (shape.isBlobSchema()) return new Uint8Array(Buffer.from(text, 'base64'))
  return text
}

/** Without a shape: `member` and `entry` are lists or maps, everything else is text. */
function guess(tree: Tree): Json {
  const value: Json = {}
  for (const [name, field] of tree) {
    if (typeof field === 'string') value[name] = field
    else if (field.has('member'))
      value[name] = ordered(field).map((item) => (typeof item === 'string' ? item : guess(item)))
    else value[name] = guess(field)
  }
  return value
}

export function answerXml(
  service: string,
  action: string,
  output: Json,
  shape: Shape | undefined,
  id: string,
) {
  const namespace = namespaces[service] ?? `https://${service}.amazonaws.com/`
  const result = writeStruct(output, shape)
  return (
    `<${action}Response xmlns="${namespace}"><${action}Result>${result}</${action}Result>` +
    `<ResponseMetadata><RequestId>${id}</RequestId></ResponseMetadata></${action}Response>`
  )
}

export function errorXml(service: string, error: AwsError, id: string): string {
  const side = error.status >= 500 ? 'Receiver' : 'Sender'
  const namespace = namespaces[service] ?? `https://${service}.amazonaws.com/`
  return (
    `<ErrorResponse xmlns="${namespace}"><Error><Type>${side}</Type><Code>${escapeXml(error.code)}</Code>` +
    `<Message>${escapeXml(error.message)}</Message></Error><RequestId>${id}</RequestId></ErrorResponse>`
  )
}

function writeStruct(value: Json, shape: Shape | undefined): string {
  const shapes = new Map(shape?.isStructSchema() === true ? [...shape.structIterator()] : [])
  return Object.entries(value)
    .map(([name, field]) => {
      const member = shapes.get(name)
      return write(member === undefined ? name : wireName(name, member), field, member)
    })
    .join('')
}

function write(name: string, value: unknown, shape: Shape | undefined): string {
  if (value === undefined || value === null) return ''
  if (Array.isArray(value)) return writeList(name, value, shape)
  if (value instanceof Date) return `<${name}>${value.toISOString()}</${name}>`
  if (value instanceof Uint8Array) return `<${name}>${Buffer.from(value).toString('base64')}</${name}>`
  if (!isObject(value)) return `<${name}>${escapeXml(String(value))}</${name}>`
  if (shape?.isMapSchema() !== true) return `<${name}>${writeStruct(value, shape)}</${name}>`
  const entries = Object.entries(value).map(
    ([key, field]) =>
      `<entry><key>${escapeXml(key)}</key>${write('value', field, shape.getValueSchema())}</entry>`,
  )
  return `<${name}>${entries.join('')}</${name}>`
}

function writeList(name: string, values: readonly unknown[], shape: Shape | undefined): string {
  const item = shape?.isListSchema() === true ? shape.getValueSchema() : undefined
  const flat = shape?.getMergedTraits().xmlFlattened
  if (flat !== undefined) return values.map((value) => write(name, value, item)).join('')
  return `<${name}>${values.map((value) => write('member', value, item)).join('')}</${name}>`
}
