/** Whether an object somewhere in a JSON text names a key twice, which `JSON.parse` lets pass. */

const tokens = /"(?:[^"\\]|\\.)*"|[{}[\],]/g

/** @param text sound JSON */
export function namesKeyTwice(text: string): boolean {
  /** The keys of every object that is open; undefined for an array. */
  const open: (Set<string> | undefined)[] = []
  let expectsKey = false
  for (const [token] of text.matchAll(tokens)) {
    const keys = open.at(-1)
    if (token === '{' || token === '[') open.push(token === '{' ? new Set() : undefined)
    else if (token === '}' || token === ']') open.pop()
    else if (expectsKey && keys !== undefined) {
      const key: unknown = JSON.parse(token)
      if (typeof key === 'string' && keys.has(key)) return true
      if (typeof key === 'string') keys.add(key)
    }
    expectsKey = token === '{' || (token === ',' && open.at(-1) !== undefined)
  }
  return false
}
