import { digest, hex, joined, unhex, utf8, type Bytes } from './bytes.ts'
import { blind, finalize, NotTrue, type PublicKey } from './blind.ts'
import { Root } from './secret.ts'

/** A ballot, as `src/cloudnego/polls/ballots.py` takes it. */

const LABEL = 'cloudnego-ballot-v1\0'
const CODE = /^[a-z0-9_-]{1,32}$/
const CHOICE_MAX = 512
/** Bytes of what is sent to the box, whatever was chosen: a choice has a length. */
export const CAST_BYTES = 2048

export interface Question {
  /** Hash of all that was frozen before the opening. */
  readonly poll: string
  readonly choices: readonly string[]
  readonly picks: number
}

export interface Cast {
  readonly nonce: string
  readonly choice: string
  readonly signature: string
}

/** The one way to write what was picked. */
export function chosen(question: Question, picked: readonly string[]): string {
  const codes = [...new Set(picked)].sort()
  const choice = codes.join(',')
  if (!codes.length || codes.length > question.picks || choice.length > CHOICE_MAX) throw new NotTrue('choice')
  if (codes.some((one) => !CODE.test(one) || !question.choices.includes(one))) throw new NotTrue('choice')
  return choice
}

export function message(question: Question, nonce: Bytes, choice: string): Bytes {
  const poll = unhex(question.poll)
  if (poll.length !== 32 || nonce.length !== 32 || chosen(question, choice.split(',')) !== choice) throw new NotTrue('ballot')
  return joined(utf8(LABEL), poll, nonce, utf8(choice))
}

/** Where it stands in the box and in the list. */
export const placeOf = async (question: Question, nonce: Bytes, choice: string): Promise<string> => hex(await digest('SHA-256', message(question, nonce, choice)))

/** A ballot that was marked: what it asks for, and what the answer makes of it. The same secret and choice, the same bytes. */
export class Marked {
  readonly choice: string
  readonly nonce: Bytes
  readonly blinded: Bytes
  readonly #key: PublicKey
  readonly #content: Bytes
  readonly #factor: bigint

  private constructor(key: PublicKey, choice: string, nonce: Bytes, content: Bytes, factor: bigint, blinded: Bytes) {
    this.#key = key
    this.choice = choice
    this.nonce = nonce
    this.#content = content
    this.#factor = factor
    this.blinded = blinded
  }

  static async of(key: PublicKey, question: Question, secret: string, choice: string, rounds?: number): Promise<Marked> {
    const root = await Root.of(secret, unhex(question.poll), rounds)
    const nonce = await root.nonce()
    const content = message(question, nonce, choice)
    const factor = await root.factor(key, choice)
    return new Marked(key, choice, nonce, content, factor, await blind(key, content, factor))
  }

  async signed(answer: Bytes): Promise<Cast> {
    const signature = await finalize(this.#key, this.#content, answer, this.#factor)
    return { nonce: hex(this.nonce), choice: this.choice, signature: hex(signature) }
  }

  async place(): Promise<string> {
    return hex(await digest('SHA-256', this.#content))
  }
}

/** What goes to the box, in one size. `poll`: what the vote is called; what it is stands in what was signed. */
export function padded(poll: string, cast: Cast): string {
  const bare = JSON.stringify({ poll, ...cast, pad: '' })
  const short = CAST_BYTES - utf8(bare).length
  if (short < 0) throw new NotTrue('size')
  return JSON.stringify({ poll, ...cast, pad: '0'.repeat(short) })
}
