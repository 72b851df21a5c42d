import { ask } from '@/api/client'
import type { CaseDocument, TimelineEntry } from '@/api/documents'
import type { components } from '@/api/schema'
import { votesOf } from '@/pages/case/vote/vote'
import { useCase } from '@/stores/case'
import { useClauses } from '@/stores/clauses'
import { useLaw } from '@/stores/law'
import { useSession } from '@/stores/session'
import { money } from '@/tools/money'
import { dayWords } from '@/tools/days'
import { said, t, word, wordOf } from '@/texts/i18n'
import { stateOf, type CaseState, type Position } from './state'
import type { Source } from './shape'

export interface Option {
  value: string
  label: string
  note?: string
}

const get = <T>(path: string): Promise<T> => ask<T>(path, undefined, undefined, 'GET')
interface Page<T> {
  rows: T[]
}

/** What stands in the case alone: as it changes while a form is open, so does the list. */
const OF_THE_CASE: ReadonlySet<Source> = new Set<Source>(['proposal', 'question', 'lineObjection', 'straw', 'paper', 'material'])
export const changes = (source: Source): boolean => OF_THE_CASE.has(source)

/** What a field may be picked from: the case's own things, and the people its reader may see. */
export async function options(source: Source): Promise<Option[]> {
  const found = useCase()
  const one = found.document
  switch (source) {
    case 'head':
      await useLaw().ready()
      return useLaw().heads().map((head) => ({ value: head.code, label: said(head.name) }))
    case 'filing':
      await useLaw().ready()
      return useLaw().papers().map((paper) => ({ value: paper.code, label: said(paper.name), note: word(`levels.${paper.level}`) }))
    case 'materialCode':
      return codes('facts.material', ['accounts', 'average_wage', 'goals', 'information', 'labour_cost', 'net_profit', 'operations', 'opinions', 'pay_structure', 'payroll', 'plan', 'revenue', 'social_insurance', 'survey', 'taxes', 'wage_table', 'other'])
    case 'valueName':
      return codes('form.words.value_name', ['raise', 'minimum_wage', 'overtime', 'allowance', 'bonus', 'pay_day', 'quota_able'])
    case 'timer':
      return [...new Set(found.deadlines?.rows.map((row) => row.timer))].map((value) => ({ value, label: word(`timers.${value}`) }))
    case 'instructor':
      return (await get<Page<{ person: string; name: string; origin: string }>>('/api/v1/instructors')).rows.map((row) => ({ value: row.person, label: row.name }))
    case 'fact':
    case 'opinion':
    case 'problem':
    case 'scan':
      await found.loadTimeline().catch((wrong: unknown) => found.entries.length || Promise.reject(wrong as Error)) // others have acted since
      return events(found.entries, source)
    case 'vote':
      await found.loadTimeline().catch((wrong: unknown) => found.entries.length || Promise.reject(wrong as Error))
      return votesOf(found.entries)
        .filter((row) => row.state === 'running')
        .map((row) => ({ value: row.poll, label: [row.enterprise ? found.name(row.enterprise) : '', t(`vote.kind.${row.kind}`)].filter(Boolean).join(' · '), note: dayWords(row.on) }))
    default:
      return one ? ofCase(one, source) : enterprises()
  }
}

const codes = (under: string, known: string[]): Option[] => known.map((value) => ({ value, label: wordOf(`${under}.${value}`) ?? value }))

async function enterprises(): Promise<Option[]> {
  const page = await get<Page<{ id: string; name: string }>>('/api/v1/enterprises?limit=100')
  return page.rows.map((row) => ({ value: row.id, label: row.name }))
}

async function ofCase(one: CaseDocument, source: Source): Promise<Option[]> {
  const state = stateOf(one)
  if (source === 'person') return persons(one)
  if (source === 'successor') return successors(one)
  if (source === 'enterprise')
    return one.overview.covers.length ? one.overview.covers.map((id) => ({ value: id, label: one.names[id] ?? id })) : enterprises()
  if (source === 'clause') return state?.clauses ? standingClauses(state.clauses) : laidClauses()
  if (source === 'material')
    return Object.entries(state?.materials ?? {}).map(([value, row]) => ({ value, label: materialTitle(one, value) ?? word(`facts.material.${row.item.code}`), note: row.item.period }))
  if (source === 'proposal')
    return Object.entries(state?.positions ?? {}).map(([value, row]) => ({ value, label: linesWords(row), note: word(`sides.${row.side}`) }))
  if (source === 'question')
    return Object.entries(state?.questions ?? {}).map(([value, side]) => ({ value, label: one.words[value]?.text ?? word('events.question_asked'), note: word(`sides.${side}`) }))
  if (source === 'lineObjection')
    return Object.entries(state?.meeting.line_objections ?? {}).map(([value, row]) => ({ value, label: one.words[value]?.reason ?? word('events.line_objected'), note: `${word(`sides.${row.side}`)} · ${t('minutes.about', { n: row.line })}` }))
  if (source === 'straw') {
    const straws = (one.caucus as { straws?: Record<string, { choices: number }> } | null)?.straws ?? {}
    return Object.entries(straws).map(([value, poll]) => ({ value, label: one.words[value]?.question ?? word('events.straw_poll_opened'), note: choicesOf(one, value, poll.choices) }))
  }
  if (source === 'paper')
    return Object.entries(state?.papers ?? {})
      .filter(([, row]) => !row.served)
      .map(([value, row]) => ({ value, label: t(`papers.${row.kind}`), note: dayWords(row.sent_on) }))
  return []
}

const clauseOption = (value: string, head: string, prose?: string | null): Option => ({ value, label: prose || useLaw().head(head), note: useLaw().head(head) })

/** A proposal in a line: what it says of each head, and what it wants for it. */
function linesWords(row: Position): string {
  const said = (lines: Position['terms']): string => lines.map((line) => `${useLaw().head(line.head)} ${line.rate ? `${line.rate}%` : line.fen === null ? '' : money(line.fen)}`.trim()).join(t('talks.and'))
  return row.given.length ? t('talks.only_if', { what: said(row.terms), given: said(row.given) }) : said(row.terms)
}

const choicesOf = (one: CaseDocument, poll: string, n: number): string =>
  Array.from({ length: n }, (_, at) => `${at + 1} ${one.words[poll]?.[`choices.${at}.text`] ?? ''}`).join(' · ')

/** By the text that stands: the id of a clause is that of its first wording. */
async function standingClauses(rows: CaseState['clauses']): Promise<Option[]> {
  const clauses = useClauses()
  if (!Object.keys(rows).every((id) => clauses.prose(id))) await clauses.load()
  return Object.entries(rows).map(([value, row]) => clauseOption(value, row.head, clauses.prose(value)))
}

/** Who sees no table reads the clauses as they were laid before the workers: the authority objects to one of those. */
async function laidClauses(): Promise<Option[]> {
  const { draft, loadDraft } = useCase()
  return ((draft ?? (await loadDraft()))?.clauses ?? []).map((row) => clauseOption(row.clause, row.head, row.prose))
}

/** `table.6.0` is the first item of what event 6 of the table asked for. */
export function materialTitle(one: CaseDocument, key: string): string | undefined {
  const [stream, seq, at] = key.split('.')
  return one.words[`${stream}.${seq}`]?.[`items.${at}.title`]
}

/** Those of the case, then the members of one's own organisations, then the workers on the roster. */
async function persons(one: CaseDocument): Promise<Option[]> {
  const state = stateOf(one)
  const { overview } = one
  const bodies = new Set([overview.enterprise, overview.worker_organ, overview.employer_organ, ...overview.covers])
  const found = new Map<string, Option>()
  for (const side of ['worker', 'employer'] as const)
    for (const rep of state?.benches[side].reps ?? [])
      found.set(rep.person, { value: rep.person, label: one.names[rep.person] ?? rep.person, note: word(`sides.${side}`) })
  for (const [value, label] of Object.entries(one.names)) if (!bodies.has(value) && !found.has(value)) found.set(value, { value, label })
  const own = one.me.side === 'employer' ? [overview.employer_organ] : [overview.worker_organ]
  // only who keeps a list is shown it: to all others it does not exist, and asking would be a failed request
  const kept = new Set(useSession().me?.memberships.filter((held) => held.in_force && held.office !== 'worker').map((held) => held.organisation))
  const colleagues = useSession().me?.memberships.filter((held) => held.in_force && held.office === 'authority').map((held) => held.organisation) ?? []
  const asked = [
    ...colleagues.map((body) => `/api/v1/organisations/${body}/members?limit=100`),
    ...[...new Set(own)].filter((body) => kept.has(body)).map((body) => `/api/v1/organisations/${body}/members?limit=100`),
    ...(kept.has(overview.worker_organ) ? [`/api/v1/enterprises/${overview.enterprise}/workers?limit=100`] : []),
  ]
  for (const path of asked) {
    const rows = await get<Page<{ person?: string; name: string; office?: string; number?: string }>>(path).then((page) => page.rows, () => [])
    for (const row of rows)
      if (row.person && !found.has(row.person)) found.set(row.person, { value: row.person, label: row.name, note: row.office ? word(`seats.${row.office}`) : row.number })
  }
  return [...found.values()]
}

/** Those who would follow by the election first, as the candidates' page says it; the workers' side alone has one. */
async function successors(one: CaseDocument): Promise<Option[]> {
  const all = await persons(one)
  if (one.me.side !== 'worker' || !stateOf(one)?.election.settled) return all
  const page = await get<Page<components['schemas']['CandidateDocument']>>(`${useCase().base}/candidates`)
  const follow = page.rows.filter((row) => row.follows).map((row) => ({ value: row.person, label: row.name, note: t(`candidates.follows.${row.follows!}`, { place: row.place!, votes: row.votes! }) }))
  return [...follow, ...all.filter((other) => !follow.some((row) => row.value === other.value))]
}

const OF: Record<string, RegExp> = { fact: /./, opinion: /^opinion_issued$/, problem: /^problem_raised$/, scan: /^(minutes_confirmed|minutes_signed|draft_signed|contract_signed)$/ }

function events(entries: readonly TimelineEntry[], source: 'fact' | 'opinion' | 'problem' | 'scan'): Option[] {
  return entries
    .filter((one) => OF[source]!.test(one.type))
    .map((one) => ({ value: `${one.stream}.${one.seq}`, label: word(`events.${one.type}`), note: dayWords(one.at) }))
    .reverse()
}

/** What a clause holds, in a line. */
export const valueWords = (value: { kind: string; name: string; rate?: string; fen?: number; day?: string; count?: number }): string => {
  const name = wordOf(`form.words.value_name.${value.name}`) ?? value.name
  if (value.kind === 'rate') return `${name} ${value.rate}%`
  if (value.kind === 'fen') return `${name} ${money(value.fen ?? 0)}`
  if (value.kind === 'day') return `${name} ${value.day ? dayWords(value.day) : ''}`
  return `${name} ${value.count ?? ''}`
}
