import { b64, bytesOf, digest, joined, numberOf, unb64, utf8, type Bytes } from './bytes.ts'

/** The voter's half of RFC 9474, RSABSSA-SHA384-PSSZERO-Deterministic (docs/decisions/0037). The factor is given: whoever has
 * the voter's secret comes to the same ballot on another phone. What comes out `crypto.subtle` judges, which shares nothing with this. */

export const KEY_BITS = 3072
const EXPONENT = 65537n
const HASH_BYTES = 48

/** A key, a ballot, or an answer that is not what it must be: nothing of it is sent on. */
export class NotTrue extends Error {}

export interface PublicKey {
  readonly n: bigint
  readonly size: number
  readonly bits: number
  readonly modulus: string
}

/** `bits`: what our polls have, and what the RFC's own vectors have not. */
export function keyOf(modulus: string, bits: number = KEY_BITS): PublicKey {
  const n = numberOf(unb64(modulus))
  // one spelling: a modulus with a zero before it would have another name
  if (n.toString(2).length !== bits || b64(bytesOf(n, bits / 8)) !== modulus || n % 2n === 0n) throw new NotTrue('key')
  return { n, bits, size: bits / 8, modulus }
}

/** Its name in the log (RFC 7638); the exponent is the one all keys here have. */
export const thumbprint = async (key: PublicKey): Promise<string> => b64(await digest('SHA-256', utf8(`{"e":"AQAB","kty":"RSA","n":"${key.modulus}"}`)))

export function power(base: bigint, exponent: bigint, n: bigint): bigint {
  let [out, square, left] = [1n, base % n, exponent]
  for (; left; left >>= 1n) {
    if (left & 1n) out = (out * square) % n
    square = (square * square) % n
  }
  return out
}

/** Throws for a number that has none: who finds one has factored the key. */
export function inverse(number: bigint, n: bigint): bigint {
  let [a, b, x, y] = [number % n, n, 1n, 0n]
  while (b) {
    const whole = a / b
    ;[a, b] = [b, a - whole * b]
    ;[x, y] = [y, x - whole * y]
  }
  if (a !== 1n) throw new NotTrue('inverse')
  return x < 0n ? x + n : x
}

/** EMSA-PSS-ENCODE (RFC 8017 §9.1.1) with SHA-384 and no salt, of one bit less than the modulus has. */
export async function encoded(content: Bytes, bits: number): Promise<Bytes> {
  const size = Math.ceil((bits - 1) / 8)
  const seed = await digest('SHA-384', joined(new Uint8Array(8), await digest('SHA-384', content)))
  const length = size - HASH_BYTES - 1
  const blocks: Bytes[] = []
  for (let n = 0; n * HASH_BYTES < length; n++) blocks.push(await digest('SHA-384', joined(seed, bytesOf(BigInt(n), 4))))
  const masked = joined(...blocks).slice(0, length)
  masked[length - 1]! ^= 1
  masked[0]! &= 0xff >> (8 * size - (bits - 1))
  return joined(masked, seed, Uint8Array.of(0xbc))
}

/** Blind (§4.2): what goes to be signed. */
export async function blind(key: PublicKey, content: Bytes, factor: bigint): Promise<Bytes> {
  const encoding = numberOf(await encoded(content, key.bits))
  inverse(encoding, key.n)
  inverse(factor, key.n)
  return bytesOf((encoding * power(factor, EXPONENT, key.n)) % key.n, key.size)
}

/** Finalize (§4.4) with the inverse of the factor. Throws for an answer that signs nothing of his. */
export async function unblinded(key: PublicKey, content: Bytes, answer: Bytes, back: bigint): Promise<Bytes> {
  if (answer.length !== key.size) throw new NotTrue('size')
  const signature = bytesOf((numberOf(answer) * back) % key.n, key.size)
  if (!(await signed(key, content, signature))) throw new NotTrue('signature')
  return signature
}

export const finalize = (key: PublicKey, content: Bytes, answer: Bytes, factor: bigint): Promise<Bytes> => unblinded(key, content, answer, inverse(factor, key.n))

/** Whether this is the key's signature of the content, by the browser. */
export async function signed(key: PublicKey, content: Bytes, signature: Bytes): Promise<boolean> {
  const jwk = { kty: 'RSA', e: 'AQAB', n: key.modulus, alg: 'PS384', ext: true }
  const its = await crypto.subtle.importKey('jwk', jwk, { name: 'RSA-PSS', hash: 'SHA-384' }, true, ['verify'])
  return crypto.subtle.verify({ name: 'RSA-PSS', saltLength: 0 }, its, signature, content)
}
