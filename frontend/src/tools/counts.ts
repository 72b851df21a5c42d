import type { CaseState } from '@/forms/state'

/** How much there is of each thing of a case: numbers that stand in its state, counted. */
export function countsOf(state: CaseState | null) {
  const materials = Object.values(state?.materials ?? {}).filter((one) => !one.waived)
  const clauses = Object.values(state?.clauses ?? {})
  const topics = (state?.reply?.topics.length ? state.reply.topics : state?.offer?.topics) ?? []
  return {
    reps: { worker: state?.benches.worker.reps.length ?? 0, employer: state?.benches.employer.reps.length ?? 0 },
    topics: { n: topics.filter((one) => one.answer === 'negotiate').length },
    materials: { n: materials.filter((one) => one.delivered_on).length, of: materials.length },
    clauses: { n: clauses.filter((one) => one.confirmed.length === 2).length, of: clauses.length },
    papers: { n: Object.keys(state?.papers ?? {}).length },
  }
}
