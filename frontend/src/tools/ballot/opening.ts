import { hashOf } from './canonical.ts'
import { joined, unb64, unhex, utf8, type Bytes } from './bytes.ts'
import { keyOf, NotTrue, thumbprint, type PublicKey } from './blind.ts'
import { holds } from './ed25519.ts'
import type { Question } from './ballot.ts'

/** What a phone believes of a vote: the event that opened it, and nothing beside it. */

const RECEIPT = 'cloudnego-receipt-v1\0'

export interface Choice {
  readonly choice: string
  readonly person?: string | null
}

/** What `poll_opened` says. */
export interface Opening {
  readonly poll: string
  readonly kind: 'congress' | 'election'
  readonly form: string
  readonly electorate: 'delegates' | 'all_workers'
  readonly round?: number
  readonly draft_hash?: string | null
  readonly options: readonly Choice[]
  readonly picks: number
  readonly roll: number
  readonly quorum: number
  readonly needed: number
  readonly method: string
  readonly closes_on: string
  readonly closes_at: string
  readonly thumbprint: string
  readonly modulus: string
  readonly receipt_key: string
}

export interface Poll extends Question {
  readonly id: string
  readonly key: PublicKey
  readonly receiptKey: Bytes
}

/** The body of that event: all of it is hashed. */
export interface Body {
  readonly facts: Opening
  readonly words?: unknown
}

/** Throws where the key is not the one that was named before the opening, or the ballot would name another vote. */
export async function believed(id: string, body: Body, hash: string, modulus: string): Promise<Poll> {
  const opening = body.facts
  if (opening.poll !== id || (await hashOf(body)) !== hash) throw new NotTrue('opening')
  const key = keyOf(modulus)
  if (opening.modulus !== modulus || (await thumbprint(key)) !== opening.thumbprint) throw new NotTrue('key')
  return { id, poll: hash, choices: opening.options.map((one) => one.choice), picks: opening.picks, key, receiptKey: unb64(opening.receipt_key) }
}

/** Whether it is this vote's word that what has this place will be in the list. */
export const received = (poll: Poll, place: string, receipt: string): Promise<boolean> =>
  holds(poll.receiptKey, joined(utf8(RECEIPT), unhex(poll.poll), unhex(place)), unb64(receipt))

interface Clause {
  readonly clause: string
  readonly head: string
  readonly values: readonly unknown[]
  readonly prose: string | null
}

/** The hash of a draft as it is shown here: the text one reads is the text one votes on, or is said not to be. */
export async function draftHash(clauses: readonly Clause[]): Promise<string> {
  const sorted = [...clauses].sort((a, b) => (a.clause < b.clause ? -1 : 1))
  const all = await Promise.all(sorted.map(async ({ clause, head, values, prose }) => ({ clause, text: await hashOf({ head, values, prose }) })))
  return hashOf(all)
}
