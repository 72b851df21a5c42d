import { joined, unb64, utf8, type Bytes } from '../ballot/bytes.ts'
import { publicOf, signedWith } from '../ballot/ed25519.ts'

/** A key that was made on this device. Where the browser can, it keeps the secret half itself and gives it to nobody, this page included;
 * older ones have us keep the seed. */
export type Secret = { kind: 'kept'; key: CryptoKey } | { kind: 'seed'; seed: Bytes }

export async function makeKey(): Promise<{ secret: Secret; public: Bytes }> {
  try {
    const pair = (await crypto.subtle.generateKey({ name: 'Ed25519' }, false, ['sign', 'verify'])) as CryptoKeyPair
    const jwk = await crypto.subtle.exportKey('jwk', pair.publicKey)
    return { secret: { kind: 'kept', key: pair.privateKey }, public: unb64(jwk.x!) }
  } catch {
    const seed = crypto.getRandomValues(new Uint8Array(32))
    return { secret: { kind: 'seed', seed }, public: await publicOf(seed) }
  }
}

export const sign = async (secret: Secret, message: Bytes): Promise<Bytes> =>
  secret.kind === 'kept' ? new Uint8Array(await crypto.subtle.sign({ name: 'Ed25519' }, secret.key, message)) : signedWith(secret.seed, message)

/** What a new key signs: whose it is to be. */
export const registering = (log: string, district: string, person: string): Bytes => utf8(`cloudnego device key 1\n${log}\n${district}\n${person}\n`)

/** What people compare on two screens: the first bytes of a key, as a witness's name ends. */
export const markOf = async (key: Bytes): Promise<string> =>
  Array.from(new Uint8Array(await crypto.subtle.digest('SHA-256', joined(key))).slice(0, 4), (one) => one.toString(16).padStart(2, '0')).join('')

