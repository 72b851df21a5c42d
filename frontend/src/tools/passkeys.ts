/** Passkeys where the browser can; the options and answers are the server's JSON (WebAuthn level 3). */

interface Json {
  parseRequestOptionsFromJSON?: (options: unknown) => PublicKeyCredentialRequestOptions
  parseCreationOptionsFromJSON?: (options: unknown) => PublicKeyCredentialCreationOptions
}
const kind = (): Json | null => (typeof PublicKeyCredential === 'undefined' ? null : (PublicKeyCredential as unknown as Json))

export const canPasskey = (): boolean => typeof kind()?.parseRequestOptionsFromJSON === 'function'

const bare = (options: unknown): unknown => (options as { publicKey?: unknown }).publicKey ?? options

/** The credential as JSON, or null where the person turned it down. */
export async function showPasskey(options: unknown): Promise<unknown> {
  const parse = kind()?.parseRequestOptionsFromJSON
  if (!parse) return null
  const found = await navigator.credentials.get({ publicKey: parse.call(PublicKeyCredential, bare(options)) }).catch(() => null)
  return found ? (found as PublicKeyCredential).toJSON() : null
}

/** A new credential as JSON, or null where the person turned it down. */
export async function makePasskey(options: unknown): Promise<unknown> {
  const parse = kind()?.parseCreationOptionsFromJSON
  if (!parse) return null
  const made = await navigator.credentials.create({ publicKey: parse.call(PublicKeyCredential, bare(options)) }).catch(() => null)
  return made ? (made as PublicKeyCredential).toJSON() : null
}
