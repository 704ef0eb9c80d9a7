/** How wide a text stands in a drawing: nothing measures it where the page is written, so the widest usual font counts. */
import { html, type Markup } from './markup.ts'

/** Units of a drawing at 12 of font size, as in DejaVu Sans; other fonts are narrower. */
function letterWidth(letter: string): number {
  if (/[ .,:;'|()[\]!ijltfrI]/.test(letter)) return 4.7
  if (/[MWmw@%]/.test(letter)) return 11.8
  if (/[\p{Lu}_#&+=<>~]/u.test(letter)) return 9
  return /[\p{Script=Latin}\p{N}\-/"$?*…]/u.test(letter) ? 7.6 : 12
}

export const textWidth = (text: string) => [...text].reduce((sum, letter) => sum + letterWidth(letter), 0)

/** The text, cut where it would leave its room; the whole of it shows up under the pointer. */
export function fitted(text: string, room: number): Markup {
  if (textWidth(text) <= room) return html`${text}`
  let cut = ''
  for (const letter of text) {
    if (textWidth(`${cut}${letter}…`) > room) break
    cut += letter
  }
  return html`${cut.trimEnd()}…<title>${text}</title>`
}
