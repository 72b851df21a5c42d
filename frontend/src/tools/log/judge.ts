import { headOf, keyOf, LOG, noteOf, signedBy, type Head } from './notes.ts'
import { consistent } from './trees.ts'

/** What this device holds of a stream: the last head it found to go on from those before, and by whose keys. */
export interface Held {
  head: Head
  note: string
  keys: string[]
}
/** What the server shows of it. */
export interface Shown {
  origin: string
  note: string
  keys: readonly string[]
  proof: readonly string[] | null
}
/** Why a head is not believed: the note is none, no key that is known signed it, it is shorter, or it does not go on from ours. */
export type Wrong = 'unsigned' | 'unknown_key' | 'shorter' | 'forked' | 'renamed'
export type Verdict = { held: Held } | { wrong: Wrong; shown: Head | null }

/** Looks at a head before it is believed. The first one of a stream is taken as it is: nobody holds an older one. */
export async function judge(held: Held | null, shown: Shown, tail: string): Promise<Verdict> {
  const note = noteOf(shown.note)
  const head = note && headOf(note.text)
  if (!note || !head || head.origin !== shown.origin || !head.origin.endsWith(`/${tail}`)) return { wrong: 'unsigned', shown: head }
  const good: string[] = []
  for (const vkey of new Set([...shown.keys, ...(held?.keys ?? [])])) {
    const key = await keyOf(vkey)
    if (key && key.kind === LOG && key.name === head.origin && (await signedBy(note, key))) good.push(vkey)
  }
  if (!good.length) return { wrong: 'unsigned', shown: head }
  if (!held) return { held: { head, note: shown.note, keys: good } }
  if (head.origin !== held.head.origin) return { wrong: 'renamed', shown: head }
  if (!good.some((one) => held.keys.includes(one))) return { wrong: 'unknown_key', shown: head }
  if (head.size < held.head.size) return { wrong: 'shorter', shown: head }
  const proof = head.size === held.head.size ? [] : shown.proof // of the same size there is nothing to prove
  if (!proof || !(await consistent(held.head.size, head.size, held.head.root, head.root, proof))) return { wrong: 'forked', shown: head }
  return { held: { head, note: shown.note, keys: good } }
}
