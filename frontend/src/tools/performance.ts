import type { TimelineEntry } from '@/api/documents'

/** What the timeline tells of performance: reports by period, problems with their answers. */
export interface Report {
  period: string
  on: string
  results: Record<string, string>
  evidence: Record<string, string>
  satisfied: number | null
  remark: string | null
}

export interface Raised {
  id: string
  clause: string | null
  on: string
  text: string | null
  answer: string | null
  answeredOn: string | null
  cureBy: string | null
}

type Words = Record<string, string> | null
const dayOf = (one: TimelineEntry): string => one.occurred_on ?? one.at.slice(0, 10)

export const byPeriod = (entries: readonly TimelineEntry[]): Report[] =>
  entries
    .filter((one) => one.type === 'performance_reported')
    .map((one) => {
      const facts = one.facts as unknown as { period: string; results: { clause: string; result: string; evidence?: { sha256: string } | null }[]; satisfied_percent?: number | null }
      return { period: facts.period, on: dayOf(one), results: Object.fromEntries(facts.results.map((row) => [row.clause, row.result])), evidence: Object.fromEntries(facts.results.flatMap((row) => (row.evidence ? [[row.clause, row.evidence.sha256]] : []))), satisfied: facts.satisfied_percent ?? null, remark: (one.words as Words)?.remark ?? null }
    })

export function problemsOf(entries: readonly TimelineEntry[]): Raised[] {
  const found = new Map<string, Raised>()
  for (const one of entries) {
    const facts = one.facts as { problem?: string; clause?: string | null; cure_by?: string | null }
    if (one.type === 'problem_raised' && facts.problem)
      found.set(facts.problem, { id: facts.problem, clause: facts.clause ?? null, on: dayOf(one), text: (one.words as Words)?.problem ?? null, answer: null, answeredOn: null, cureBy: null })
    const raised = one.type === 'problem_answered' ? found.get(facts.problem ?? '') : undefined
    if (raised) Object.assign(raised, { answer: (one.words as Words)?.answer ?? '', answeredOn: dayOf(one), cureBy: facts.cure_by ?? null })
  }
  return [...found.values()]
}
