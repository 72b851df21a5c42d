/** Two wordings of a clause, word by word: what both say, what fell away, what came in. */

export interface Part {
  kind: 'same' | 'del' | 'ins'
  text: string
}

/** A number with its unit is one word; so is a run of letters; else each character is one. */
const WORD = /\d[\d,.]*\s?(?:[%％]|\p{Script=Han})?|[A-Za-z]+|\s+|[\s\S]/gu
const split = (text: string): string[] => text.match(WORD) ?? []

/** A character or two that both say, between two changes, are read with the change; points between them are not. */
const SHORT = /^[\p{L}\p{N}]{1,2}$/u

export function redline(before: string, after: string): Part[] {
  const [a, b] = [split(before), split(after)]
  let [from, ta, tb] = [0, a.length, b.length]
  while (from < ta && from < tb && a[from] === b[from]) from++
  while (ta > from && tb > from && a[ta - 1] === b[tb - 1]) { ta--; tb-- }
  const middle = compared(a.slice(from, ta), b.slice(from, tb))
  return joined([{ kind: 'same', text: a.slice(0, from).join('') }, ...readable(joined(middle)), { kind: 'same', text: a.slice(ta).join('') }])
}

/** Longest common subsequence; a clause has some hundred words. */
function compared(a: string[], b: string[]): Part[] {
  const wide = b.length + 1
  const length = new Uint16Array((a.length + 1) * wide)
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      length[i * wide + j] = a[i] === b[j] ? length[(i + 1) * wide + j + 1]! + 1 : Math.max(length[(i + 1) * wide + j]!, length[i * wide + j + 1]!)
  const parts: Part[] = []
  let [i, j] = [0, 0]
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) { parts.push({ kind: 'same', text: a[i]! }); i++; j++ }
    else if (j >= b.length || (i < a.length && length[(i + 1) * wide + j]! >= length[i * wide + j + 1]!)) parts.push({ kind: 'del', text: a[i++]! })
    else parts.push({ kind: 'ins', text: b[j++]! })
  }
  return parts
}

/** Runs of one kind as one part; what fell away stands before what came in. */
function joined(parts: readonly Part[]): Part[] {
  const made: Part[] = []
  let [del, ins] = ['', '']
  const change = (): void => {
    if (del) made.push({ kind: 'del', text: del })
    if (ins) made.push({ kind: 'ins', text: ins })
    del = ins = ''
  }
  for (const { kind, text } of parts) {
    if (!text) continue
    if (kind === 'del') del += text
    else if (kind === 'ins') ins += text
    else {
      change()
      const last = made.at(-1)
      if (last?.kind === 'same') last.text += text
      else made.push({ kind, text })
    }
  }
  change()
  return made
}

function readable(parts: readonly Part[]): Part[] {
  const short = (one: Part, at: number): boolean => one.kind === 'same' && at > 0 && at < parts.length - 1 && SHORT.test(one.text)
  return parts.flatMap((one, at): Part[] => (short(one, at) ? [{ kind: 'del', text: one.text }, { kind: 'ins', text: one.text }] : [one]))
}

export const before = (parts: readonly Part[]): string => parts.filter((one) => one.kind !== 'ins').map((one) => one.text).join('')
export const after = (parts: readonly Part[]): string => parts.filter((one) => one.kind !== 'del').map((one) => one.text).join('')
