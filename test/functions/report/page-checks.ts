/** What holds for every report, whatever it tells. */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../..', import.meta.url))

export const textOf = (page: string) =>
  page
    .replace(/<style>.*?<\/style>/s, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/&amp;/g, '&')
    .replace(/\s+/g, ' ')

/** Tag names in order. */
export const tagsOf = (page: string) =>
  [...page.matchAll(/<(\/?[a-zA-Z!][a-zA-Z0-9]*)/g)].map(([, tag]) => tag)

export const headingsOf = (page: string) =>
  [...page.matchAll(/<h([1-6])[^>]*>(.*?)<\/h\1>/gs)].map(([, level, text]) => ({
    level: Number(level),
    text: textOf(text ?? ''),
  }))

const empty = new Set(['meta', 'rect', 'line', 'circle', 'path', 'br', '!doctype'])

/** Tags that are closed in another order than they were opened, or not at all. */
export function unbalanced(page: string): string[] {
  const open: string[] = []
  const wrong: string[] = []
  for (const tag of tagsOf(page)) {
    if (tag === undefined || empty.has(tag)) continue
    if (!tag.startsWith('/')) open.push(tag)
    else if (open.pop() !== tag.slice(1)) wrong.push(tag)
  }
  return [...wrong, ...open]
}

export const drawingsWithoutName = (page: string) =>
  [...page.matchAll(/<svg[^>]*>\s*(?:<title[^>]*>([^<]*))?/g)]
    .filter(([tag, title]) => !/aria-label="[^"]+"/.test(tag ?? '') && !title)
    .map(([tag]) => tag)

export const idsOf = (page: string) => [...page.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id)

export const filesOf = (page: string) => [
  ...new Set([...page.matchAll(/<code>(functions\/[^<]*)<\/code>/g)].map(([, file]) => file ?? '')),
]
export const missingFiles = (page: string) => filesOf(page).filter((file) => !existsSync(`${root}/${file}`))

/** Anything that a browser would fetch or run. */
export const reachesOut = (page: string) => [
  ...page.matchAll(
    /<(?:script|link|img|iframe|object|embed)\b|\bsrc=|url\(|@import|\son[a-z]+=|https?:\/\//gi,
  ),
]
