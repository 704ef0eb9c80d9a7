/** HTML that is safe to put into HTML: whatever stands in a template is escaped unless it is such markup itself. */
import { escapeHtml } from './escape.ts'

export class Markup {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

export type Content = Markup | string | number | null | undefined | false | readonly Content[]

/** `html\`<p>${text}</p>\``: strings and numbers are escaped, markup stands as it is, lists are joined, null is nothing. */
export function html(strings: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  return new Markup(
    strings.reduce((text, string, at) => `${text}${textOf(contents[at - 1])}${string}`, '').trim(),
  )
}

function textOf(content: Content): string {
  if (content === null || content === undefined || content === false) return ''
  if (content instanceof Markup) return content.text
  if (typeof content === 'string') return escapeHtml(content)
  if (typeof content === 'number') return String(content)
  if (Array.isArray(content)) return content.map(textOf).join('')
  // What data made to look like markup has no such class.
  throw new TypeError('no markup, text or list')
}
