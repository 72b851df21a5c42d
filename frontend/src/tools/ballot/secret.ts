import { joined, numberOf, utf8, type Bytes } from './bytes.ts'
import type { PublicKey } from './blind.ts'

/** What only the voter has: sixteen signs, drawn here and sent nowhere. Everything of his ballot follows from them. */

const SIGNS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ' // Crockford's: no sign is like another
const LENGTH = 16
const ROUNDS = 600_000
const LABEL = 'cloudnego-ballot-v1/'

export const draw = (): string => Array.from(crypto.getRandomValues(new Uint8Array(LENGTH)), (one) => SIGNS[one & 31]).join('')

/** As it is written down. */
export const inFours = (secret: string): string => secret.replace(/(.{4})(?=.)/g, '$1 ')

/** As it was typed: small letters, spaces, an O for a 0. Null for what cannot be one. */
export function typed(words: string): string | null {
  const found = words.toUpperCase().replace(/[\s\-‐-―]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1')
  return found.length === LENGTH && [...found].every((one) => SIGNS.includes(one)) ? found : null
}

/** Of one secret and one poll. */
export class Root {
  readonly #key: CryptoKey

  private constructor(key: CryptoKey) {
    this.#key = key
  }

  /** Takes its time on purpose: whoever tries secrets pays it for each. `rounds`: for tests. */
  static async of(secret: string, poll: Bytes, rounds: number = ROUNDS): Promise<Root> {
    const password = await crypto.subtle.importKey('raw', utf8(secret), 'PBKDF2', false, ['deriveBits'])
    const bits = await crypto.subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt: poll, iterations: rounds }, password, 256)
    return new Root(await crypto.subtle.importKey('raw', bits, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']))
  }

  nonce(): Promise<Bytes> {
    return this.#expanded('nonce', 32)
  }

  /** Of each choice another: two ballots under one factor would show the issuer what they differ in, and with the list whose they are. */
  async factor(key: PublicKey, choice: string): Promise<bigint> {
    return numberOf(await this.#expanded(`factor/${choice}`, key.size + 16)) % key.n
  }

  /** HKDF-Expand (RFC 5869). */
  async #expanded(purpose: string, length: number): Promise<Bytes> {
    const blocks: Bytes[] = []
    for (let at = 1; 32 * blocks.length < length; at++) {
      const signed = await crypto.subtle.sign('HMAC', this.#key, joined(blocks.at(-1) ?? new Uint8Array(), utf8(LABEL + purpose), Uint8Array.of(at)))
      blocks.push(new Uint8Array(signed))
    }
    return joined(...blocks).slice(0, length)
  }
}
