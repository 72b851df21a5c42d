import { digest, hex, utf8, type Bytes } from '../ballot/bytes.ts'

/** The canonical act that a key on one's own device signs (docs/AUDIT.md, Device signatures): one act and no other. */
export interface Said {
  log: string
  caseId: string
  person: string
  /** The Idempotency-Key of the act. */
  key: string
}
/** By command: the entry it becomes, and its facts that are signed. */
const ACTS: Readonly<Record<string, readonly [string, readonly string[]]>> = {
  sign_contract: ['contract_signed', ['document_hash']],
  sign_draft: ['draft_signed', ['draft_hash']],
  confirm_minutes: ['minutes_confirmed', ['minutes_hash']],
  sign_minutes: ['minutes_signed', ['minutes_hash']],
}
export const signable = (command: string): boolean => command in ACTS

/** RFC 8785 of what has no fractions and no keys beyond ASCII; what is null is left out at any depth. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  const parts = Object.entries(value).filter(([, one]) => one !== null && one !== undefined).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${parts.map(([key, one]) => `${JSON.stringify(key)}:${canonical(one)}`).join(',')}}`
}

async function commandId(actor: string, key: string): Promise<string> {
  return hex(await digest('SHA-256', utf8(`cloudnego command 1\n${[...actor].length}:${actor}${key.length}:${key}`)))
}

export async function actText(said: Said, command: string, body: Readonly<Record<string, unknown>>): Promise<Bytes> {
  const [type, names] = ACTS[command]!
  const facts = Object.fromEntries(names.map((name) => [name, body[name]]))
  return utf8(`cloudnego act 1\n${canonical({ actor: said.person, case: said.caseId, command: await commandId(said.person, said.key), facts, log: said.log, type })}`)
}
