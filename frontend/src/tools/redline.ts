/** Two wordings of a clause, word by word: what both say, what fell away, what came in. For a wording that lies with its
 * writer alone; of all others the server says it (`core/redline.py`), by the same way, held to the same examples. */

export interface Part {
  kind: 'same' | 'del' | 'ins'
  text: string
}

const STEPS = 300_000
const SENTENCE = /[^\u3002\uff1b\uff01\uff1f;!?\n]*[\u3002\uff1b\uff01\uff1f;!?\n]+|[^\u3002\uff1b\uff01\uff1f;!?\n]+/gu
/** A number with its unit, a number written in signs (after "per cent" too), a run of letters, else each sign. */
const WORD = /[0-9]+(?:[,.][0-9]+)*[ ]?(?:[%\uff05‰]|[\u4e00-\u9fff])?|(?:\u767e\u5206\u4e4b)?[\u3007\u96f6\u4e00\u4e8c\u4e09\u56db\u4e94\u516d\u4e03\u516b\u4e5d\u5341\u767e\u5343\u4e07\u4ebf\u4e24\u70b9\u58f9\u8d30\u53c1\u8086\u4f0d\u9646\u67d2\u634c\u7396\u62fe\u4f70\u4edf]+|[A-Za-zÀ-ɏ]+|[ \n\t]+|[\s\S][\u0300-\u036f\ufe00-\ufe0f\u{E0100}-\u{E01EF}]*/gu
const SHORT = /^[\p{L}\p{N}]{1,2}$/u
const pieces = (text: string, shape: RegExp): string[] => text.match(shape) ?? []
const flipped = (one: Part): Part => ({ kind: one.kind === 'del' ? 'ins' : one.kind === 'ins' ? 'del' : 'same', text: one.text })
const signs = (text: string): string[] => [...text]
const long = (text: string): number => signs(text).length

export function redline(before: string, after: string): Part[] {
  if (before === after) return before ? [{ kind: 'same', text: before }] : []
  if (later(before, after)) return ordered(redline(after, before).map(flipped)) // compared in one direction alone, whoever asks
  const left = { steps: STEPS }
  const rough = compared(pieces(before, SENTENCE), pieces(after, SENTENCE), left)
  const fine = changes(rough).flatMap(([went, came, same]): Part[] => [...within(went, came, left), { kind: 'same', text: same }])
  return ordered(readable(ordered(fine)))
}

/** Longer, or as long and behind it in the order of signs. */
function later(one: string, other: string): boolean {
  const [a, b] = [signs(one), signs(other)]
  if (a.length !== b.length) return a.length > b.length
  const at = a.findIndex((sign, n) => sign !== b[n])
  return at >= 0 && a[at]!.codePointAt(0)! > b[at]!.codePointAt(0)!
}

function within(went: string, came: string, left: { steps: number }): Part[] {
  const whole: Part[] = [{ kind: 'del', text: went }, { kind: 'ins', text: came }]
  if (!went || !came) return whole
  const parts = compared(pieces(went, WORD), pieces(came, WORD), left)
  const stayed = parts.reduce((sum, one) => sum + (one.kind === 'same' ? long(one.text) : 0), 0)
  return stayed * 10 >= 3 * Math.min(long(went), long(came)) ? parts : whole // another sentence, by chance of some signs
}

/** What went, what came, and what stayed after it. */
function changes(parts: readonly Part[]): [string, string, string][] {
  const made: [string, string, string][] = []
  let now = { del: '', ins: '', same: '' }
  for (const one of parts) {
    if (now.same && one.kind !== 'same' && one.text) {
      made.push([now.del, now.ins, now.same])
      now = { del: '', ins: '', same: '' }
    }
    now[one.kind] += one.text
  }
  return [...made, [now.del, now.ins, now.same]]
}

/** Runs of one kind as one part; what fell away stands before what came in. */
const ordered = (parts: readonly Part[]): Part[] =>
  changes(parts).flatMap(([went, came, same]): Part[] => [{ kind: 'del', text: went }, { kind: 'ins', text: came }, { kind: 'same', text: same }]).filter((one) => one.text)

/** A word or two that stayed between two changed ones, and little beside much that changed, is read with them. */
function readable(parts: readonly Part[]): Part[] {
  const all = changes(parts)
  return all.flatMap(([went, came, same], at): Part[] => {
    const [nextWent, nextCame] = all[at + 1] ?? ['', '']
    const least = Math.min(long(went) + long(came), long(nextWent) + long(nextCame))
    const short = SHORT.test(same) && went && came && nextWent && nextCame
    const change: Part[] = [{ kind: 'del', text: went }, { kind: 'ins', text: came }]
    return short || long(same) * 4 <= least ? [...change, { kind: 'del', text: same }, { kind: 'ins', text: same }] : [...change, { kind: 'same', text: same }]
  })
}

function compared(before: string[], after: string[], left: { steps: number }): Part[] {
  let [start, shared] = [0, 0]
  const least = Math.min(before.length, after.length)
  while (start < least && before[start] === after[start]) start++
  while (shared < least - start && before[before.length - 1 - shared] === after[after.length - 1 - shared]) shared++
  const [a, b] = [before.slice(start, before.length - shared), after.slice(start, after.length - shared)]
  const middle = (a.length && b.length && shortest(a, b, left)) || [{ kind: 'del' as const, text: a.join('') }, { kind: 'ins' as const, text: b.join('') }]
  return [{ kind: 'same', text: before.slice(0, start).join('') }, ...middle, { kind: 'same', text: before.slice(before.length - shared).join('') }]
}

/** The shortest way from one row of pieces to the other (Myers 1986); none where that takes too many steps. */
function shortest(a: string[], b: string[], left: { steps: number }): Part[] | null {
  const reach = new Map([[1, 0]])
  const trace: Map<number, number>[] = []
  for (let d = 0; d <= a.length + b.length; d++) {
    left.steps -= 2 * d + 1
    if (left.steps < 0) return null
    trace.push(new Map(reach))
    for (let k = -d; k <= d; k += 2) {
      let x = k === -d || (k !== d && reach.get(k - 1)! < reach.get(k + 1)!) ? reach.get(k + 1)! : reach.get(k - 1)! + 1
      const begun = x
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++
      left.steps -= x - begun
      reach.set(k, x)
      if (x >= a.length && x - k >= b.length) return walked(a, b, trace)
    }
  }
  return null
}

function walked(a: string[], b: string[], trace: Map<number, number>[]): Part[] {
  let [x, y] = [a.length, b.length]
  const back: Part[] = []
  for (let d = trace.length - 1; d >= 0; d--) {
    const [reach, k] = [trace[d]!, x - y]
    const down = k === -d || (k !== d && reach.get(k - 1)! < reach.get(k + 1)!)
    const px = down ? reach.get(k + 1)! : reach.get(k - 1)!
    const py = px - (down ? k + 1 : k - 1)
    while (x > Math.max(px, 0) && y > Math.max(py, 0)) back.push({ kind: 'same', text: (y--, a[--x]!) })
    if (!d) break
    back.push(down ? { kind: 'ins', text: b[py]! } : { kind: 'del', text: a[px]! })
    ;[x, y] = [px, py]
  }
  return back.reverse()
}

export const before = (parts: readonly Part[]): string => parts.filter((one) => one.kind !== 'ins').map((one) => one.text).join('')
export const after = (parts: readonly Part[]): string => parts.filter((one) => one.kind !== 'del').map((one) => one.text).join('')
