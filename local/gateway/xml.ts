/** Writes XML text; a field that is undefined is left out. */

export type XmlValue = string | number | boolean | Date | undefined | XmlFields | readonly XmlValue[]
export interface XmlFields {
  readonly [name: string]: XmlValue
}

export function document(root: string, fields: XmlFields, namespace?: string): string {
  const attribute = namespace === undefined ? '' : ` xmlns="${escapeXml(namespace)}"`
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}${attribute}>${children(fields)}</${root}>`
}

/** An array repeats its element, as S3 and flattened lists do. */
export function children(fields: XmlFields): string {
  return Object.entries(fields)
    .map(([name, value]) => element(name, value))
    .join('')
}

export function element(name: string, value: XmlValue): string {
  if (value === undefined) return ''
  if (Array.isArray(value)) return value.map((item: XmlValue) => element(name, item)).join('')
  return `<${name}>${content(value)}</${name}>`
}

function content(value: Exclude<XmlValue, undefined>): string {
  if (value instanceof Date) return value.toISOString()
  if (typeof value === 'object') return children(value as XmlFields)
  return escapeXml(String(value))
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\r': '&#13;',
}

export function escapeXml(text: string): string {
  return text.replace(/[&<>"'\r]/g, (character) => entities[character] ?? character)
}
