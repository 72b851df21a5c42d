import type { TimelineEntry } from '@/api/documents'

/** How far a congress is, read off the acts that everybody of the enterprise sees. */
export const STEPS = ['submitted', 'convened', 'materials', 'method', 'ballot', 'attested', 'resolution'] as const
export type Step = (typeof STEPS)[number]

export interface CongressLine {
  step: Step
  /** The act that did it; none as long as it is not done. */
  entry: TimelineEntry | null
  /** Acts that do it. */
  commands: readonly string[]
}

export interface Congress {
  lines: CongressLine[]
  explanation: string | null
  submitted: TimelineEntry | null
  convened: TimelineEntry | null
  method: TimelineEntry | null
  poll: TimelineEntry | null
  counts: TimelineEntry | null
  attested: TimelineEntry[]
  result: string | null
}

const COMMANDS: Record<Step, readonly string[]> = {
  submitted: ['submit_draft'], convened: ['convene_congress'], materials: ['send_congress_materials'], method: ['adopt_voting_method'],
  ballot: ['open_ballot', 'record_ballot', 'record_covered_ballot'], attested: ['attest_ballot'], resolution: [],
}

const fact = (entry: TimelineEntry | null, name: string): unknown => (entry?.facts as Record<string, unknown> | undefined)?.[name]

/** The last round alone: a draft that is submitted again begins anew, a congress without quorum is convened anew, and counts
 * that a scrutineer rejects are entered anew. */
export function congressOf(entries: readonly TimelineEntry[]): Congress {
  const found: Congress = { lines: [], explanation: null, submitted: null, convened: null, method: null, poll: null, counts: null, attested: [], result: null }
  let materials: TimelineEntry | null = null
  for (const one of entries) {
    if (one.type === 'draft_submitted') {
      Object.assign(found, { submitted: one, convened: null, method: null, poll: null, counts: null, attested: [], result: null, explanation: null })
      materials = null
    } else if (one.type === 'congress_convened') Object.assign(found, { convened: one, poll: null, counts: null, attested: [], result: null })
    else if (one.type === 'congress_materials_sent') {
      materials = one
      found.explanation = one.words?.explanation ?? null
    } else if (one.type === 'voting_method_adopted') found.method = one
    else if (one.type === 'poll_opened' && fact(one, 'kind') === 'congress') found.poll = one
    else if (one.type === 'poll_voided' && fact(one, 'poll') === fact(found.poll, 'poll')) found.poll = null
    else if (one.type === 'ballot_recorded') Object.assign(found, { counts: one, attested: [], result: null })
    else if (one.type === 'ballot_attested') {
      if (fact(one, 'voided')) Object.assign(found, { counts: null, attested: [] })
      else {
        found.attested = [...found.attested, one]
        found.result = (fact(one, 'result') as string | null) ?? found.result
      }
    }
  }
  const decided = found.result !== null ? (found.attested.at(-1) ?? null) : null
  // of under ten voters the counts are not for all to see, and an attestation says that there are some
  const voted = found.counts ?? found.attested[0] ?? null
  const done: Record<Step, TimelineEntry | null> = { submitted: found.submitted, convened: found.convened, materials, method: found.method, ballot: voted, attested: decided, resolution: decided }
  found.lines = STEPS.map((step) => ({ step, entry: done[step], commands: COMMANDS[step] }))
  return found
}
