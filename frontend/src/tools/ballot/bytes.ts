/** Bytes, and how they are written. */
export type Bytes = Uint8Array<ArrayBuffer>

const text = new TextEncoder()
export const utf8 = (words: string): Bytes => text.encode(words) as Bytes

export function joined(...parts: readonly Uint8Array[]): Bytes {
  const all = new Uint8Array(parts.reduce((sum, one) => sum + one.length, 0))
  let at = 0
  for (const one of parts) {
    all.set(one, at)
    at += one.length
  }
  return all
}

export const hex = (bytes: Uint8Array): string => Array.from(bytes, (one) => one.toString(16).padStart(2, '0')).join('')

export function unhex(words: string): Bytes {
  if (!/^([0-9a-f]{2})*$/.test(words)) throw new RangeError('not hex')
  return Uint8Array.from(words.match(/../g) ?? [], (one) => parseInt(one, 16))
}

/** base64url without padding, as a JWK writes it. */
export const b64 = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')

export function unb64(words: string): Bytes {
  if (!/^[\w-]*$/.test(words)) throw new RangeError('not base64url')
  return Uint8Array.from(atob(words.replaceAll('-', '+').replaceAll('_', '/')), (one) => one.charCodeAt(0))
}

export const numberOf = (bytes: Uint8Array): bigint => (bytes.length ? BigInt(`0x${hex(bytes)}`) : 0n)
export const bytesOf = (number: bigint, length: number): Bytes => unhex(number.toString(16).padStart(2 * length, '0'))

export const digest = async (name: 'SHA-256' | 'SHA-384', bytes: Bytes): Promise<Bytes> => new Uint8Array(await crypto.subtle.digest(name, bytes))
