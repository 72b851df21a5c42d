import type { CaseDocument, DraftDocument } from '@/api/documents'
import { shifted } from '@/tools/days'
import { yuanOf } from '@/tools/money'
import type { Raw } from './compile'
import type { Field } from './shape'
import { stateOf } from './state'

/** What stands in a form when it opens: what the case already says, so that nobody types it again. */
export function initial(command: string, fields: readonly Field[], one: CaseDocument | null, draft: DraftDocument | null, heads: string[]): Raw {
  const raw: Raw = {}
  for (const field of fields) {
    if (field.schema.default !== undefined && field.kind === 'choice') raw[field.name] = field.schema.default
    if (field.kind === 'group' && field.required) raw[field.name] = {}
    if (field.kind === 'list' && field.required && field.name !== 'topics') raw[field.name] = [{}]
    if (field.name === 'topics') raw.topics = one ? topics(command, one, heads) : []
  }
  if (!one) return raw
  const state = stateOf(one)
  const hash: Record<string, string | null | undefined> = {
    draft_hash: draft?.draft_hash ?? state?.meeting.draft_hash,
    document_hash: draft?.draft_hash ?? state?.filing.document_hash,
    minutes_hash: state?.meeting.minutes_hash,
  }
  for (const field of fields) if (field.kind === 'hash' && hash[field.name]) raw[field.name] = hash[field.name]
  if (fields.some((field) => field.kind === 'whole')) raw.clauses = draft?.clauses.filter((clause) => clause.agreed).map(({ agreed: _, ...rest }) => rest) ?? []
  if (fields.some((field) => field.name === 'plan' && field.kind === 'group')) raw.plan = { ...(state?.meeting.plan ?? state?.offer?.plan ?? {}) }
  if (command === 'open_ballot' || command === 'open_election') Object.assign(raw, { closes_on: shifted(one.now, 1), closes_at: '18:00' })
  return raw
}

/** The topics as this side, or failing that the offer, has them; where nobody said any, every head of the law once. */
function topics(command: string, one: CaseDocument, heads: string[]): Raw[] {
  const state = stateOf(one)
  const sheet = one.caucus?.sheet ?? []
  const rows = sheet.length ? sheet : (command === 'reply' ? state?.offer?.topics : (state?.reply ?? state?.offer)?.topics) ?? []
  const words = lastWords(one, sheet.length ? (one.me.side ?? '') : 'table')
  const said = rows.map((row, at): Raw => ({
    head: row.head,
    answer: row.answer,
    asked_rate: row.asked_rate ?? '',
    asked_fen: row.asked_fen === null ? '' : yuanOf(row.asked_fen),
    demand: words[`topics.${at}.demand`] ?? '',
    basis: words[`topics.${at}.basis`] ?? '',
    reason: words[`topics.${at}.reason`] ?? '',
  }))
  return said.length ? said : heads.map((head) => ({ head }))
}

/** The words of the last sheet in a stream. */
function lastWords(one: CaseDocument, stream: string): Record<string, string> {
  const seqs = Object.keys(one.words)
    .filter((key) => key.startsWith(`${stream}.`) && Object.keys(one.words[key] ?? {}).some((name) => name.startsWith('topics.')))
    .sort((a, b) => Number(a.split('.')[1]) - Number(b.split('.')[1]))
  return one.words[seqs.at(-1) ?? ''] ?? {}
}
