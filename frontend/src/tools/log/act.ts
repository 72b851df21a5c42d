import { digest, hex, utf8, type Bytes } from '../ballot/bytes.ts'

/** The canonical act that a key on one's own device signs (docs/AUDIT.md, Device signatures): one act and no other. */
export interface Said {
  log: string
  caseId: string
  person: string
  /** The Idempotency-Key of the act. */
  key: string
}
type Body = Readonly<Record<string, unknown>>
interface Topic {
  head: string
  answer: string
  asked_rate?: string | null
  asked_fen?: number | null
}
/** What is left of the topics once the words are taken off; of a plan, with the mode that is meant where none is said. */
const topics = (body: Body): unknown => ((body.topics ?? []) as Topic[]).map(({ head, answer, asked_rate, asked_fen }) => ({ head, answer, asked_rate, asked_fen }))
const plan = (body: Body): unknown => (body.plan ? { mode: 'in_person', ...(body.plan as object) } : null)

/** By command: the entry it becomes, and its facts that are signed. */
const ACTS: Readonly<Record<string, readonly [string, (body: Body) => Record<string, unknown>]>> = {
  sign_contract: ['contract_signed', (body) => ({ document_hash: body.document_hash })],
  sign_draft: ['draft_signed', (body) => ({ draft_hash: body.draft_hash })],
  confirm_minutes: ['minutes_confirmed', (body) => ({ minutes_hash: body.minutes_hash })],
  sign_minutes: ['minutes_signed', (body) => ({ minutes_hash: body.minutes_hash })],
  send_offer: ['offer_sent', (body) => ({ plan: plan(body), topics: topics(body) })],
  reply: ['reply_sent', (body) => ({ outcome: body.outcome, plan: plan(body), topics: topics(body) })],
}
/** Letters, which a device signs where it has a key; all else is signed on the page for it. */
export const LETTERS: ReadonlySet<string> = new Set(['send_offer', 'reply'])

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

/** What is signed of an office's paper: which, and the SHA-256 of its facts. */
export function paperText(said: Omit<Said, 'key'>, paper: string, factsHash: string): Bytes {
  return utf8(`cloudnego act 1\n${canonical({ actor: said.person, case: said.caseId, facts: { facts_hash: factsHash, paper }, log: said.log, type: 'paper_signed' })}`)
}

export async function actText(said: Said, command: string, body: Body): Promise<Bytes> {
  const [type, of] = ACTS[command]!
  const facts = of(body)
  return utf8(`cloudnego act 1\n${canonical({ actor: said.person, case: said.caseId, command: await commandId(said.person, said.key), facts, log: said.log, type })}`)
}
