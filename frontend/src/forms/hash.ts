import type { Raw } from './compile'

/** Minutes written here are named by the hash of their text; minutes laid as a file by the file's. */
export async function hashOfText(command: string, raw: Raw): Promise<void> {
  if (command !== 'write_minutes' || typeof raw.text !== 'string' || !raw.text || raw.minutes_hash || !globalThis.crypto?.subtle) return
  const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(raw.text)))
  raw.minutes_hash = Array.from(bytes, (one) => one.toString(16).padStart(2, '0')).join('')
}
