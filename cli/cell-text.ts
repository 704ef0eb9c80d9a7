/** What a table held, as one short line of a terminal: names and values are whatever the file says. */

const longest = 48

/** Control characters would move the cursor or break the line; what is longer than a line's share is cut. */
export function cellText(text: string): string {
  const line = text.replace(/\p{Cc}/gu, '·')
  const letters = [...line]
  return letters.length > longest ? `${letters.slice(0, longest - 1).join('')}…` : line
}
