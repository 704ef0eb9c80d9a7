/** One cell of a CSV line (RFC 4180) that people may open in a spreadsheet. */

/** What a spreadsheet takes for a number, which must stay one. */
const number = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/

/**
 * A cell that a spreadsheet would execute is led by an apostrophe, which spreadsheets show as text; numbers are left as
 * they are, whatever their sign.
 *
 * Source: OWASP, "CSV Injection".
 */
export function quoteCsv(cell: string): string {
  const safe = /^[=+\-@\t\r]/.test(cell) && !number.test(cell) ? `'${cell}` : cell
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
