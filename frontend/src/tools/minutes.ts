import type { Side, TimelineEntry } from '@/api/documents'
import type { CaseState } from '@/forms/state'
import { lens, numberOf } from './talk'

/** The minutes as they grow: the acts at the table by their numbers, with what was objected to beside the line it is about. */

export interface Objection { id: string; entry: TimelineEntry; side: Side; fate: 'open' | 'answered' | 'withdrawn'; answers: TimelineEntry[] }
export interface MinutesLine { entry: TimelineEntry; objections: Objection[] }

interface Facts { side?: Side; objection?: string; line?: number | null; answers?: string | null; agreement?: boolean }
const factsOf = (entry: TimelineEntry): Facts => entry.facts as unknown as Facts
/** What is done with the minutes themselves adds nothing to what they say. */
const ABOUT = new Set(['minutes_written', 'minutes_confirmed', 'minutes_signed'])

type Meeting = Pick<CaseState['meeting'], 'first_line' | 'mode' | 'coordinated_on'>

/** The acts since the session was opened, or since an agreement was found in coordination. */
function acts(entries: readonly TimelineEntry[], meeting: Meeting): TimelineEntry[] {
  const table = lens(entries, 'table')
  if (meeting.first_line) return table.filter((one) => one.seq >= meeting.first_line)
  if (meeting.mode) return table.slice(Math.max(0, table.map((one) => one.type).lastIndexOf('meeting_started')))
  const settled = meeting.coordinated_on ? [...entries].reverse().find((one) => one.type === 'dispute_closed' && factsOf(one).agreement) : undefined
  return settled ? table.filter((one) => one.at >= settled.at) : []
}

/** Every act once: objections, their answers and withdrawals beside their line, all else a line of its own. */
export function minutesOf(entries: readonly TimelineEntry[], meeting: Meeting): MinutesLine[] {
  const lines = new Map<number, MinutesLine>()
  const objections = new Map<string, Objection>()
  for (const entry of acts(entries, meeting)) {
    const facts = factsOf(entry)
    const of = objections.get(facts.answers ?? facts.objection ?? '')
    if (of && entry.type === 'minutes_note_added') Object.assign(of, { fate: 'answered', answers: [...of.answers, entry] })
    else if (of && entry.type === 'line_objection_withdrawn') Object.assign(of, { fate: 'withdrawn', answers: [...of.answers, entry] })
    else {
      const line = entry.type === 'line_objected' ? lines.get(facts.line ?? 0) : undefined
      if (entry.type === 'line_objected') {
        const made: Objection = { id: facts.objection!, entry, side: facts.side!, fate: 'open', answers: [] }
        objections.set(made.id, made)
        if (line) line.objections.push(made)
        else lines.set(entry.seq, { entry, objections: [made] })
      } else lines.set(entry.seq, { entry, objections: [] })
    }
  }
  return [...lines.values()]
}

/** How many acts came after what was laid. */
export const since = (entries: readonly TimelineEntry[], upto: number): number => lens(entries, 'table').filter((one) => one.seq > upto && !ABOUT.has(one.type)).length

/** The number of the line that a note or an objection speaks of. */
export const lineOf = (entry: TimelineEntry): number | null => factsOf(entry).line ?? null

export const numbers = (objection: Objection): number => numberOf(objection.id)

const joined = (...parts: Uint8Array[]): Uint8Array<ArrayBuffer> => new Uint8Array(parts.flatMap((one) => [...one]))
const sha256 = async (bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> => new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))

/** RFC 6962: the root over leaves, as docs/LIVE.md has it. */
async function root(leaves: readonly Uint8Array[]): Promise<Uint8Array> {
  if (leaves.length === 1) return sha256(joined(Uint8Array.of(0), leaves[0]!))
  let half = 1
  while (2 * half < leaves.length) half *= 2
  return sha256(joined(Uint8Array.of(1), await root(leaves.slice(0, half)), await root(leaves.slice(half))))
}

/** Whether the first acts of the table, as this device has them, have this root; null where it cannot tell: an act is missing here, or the
 * page did not come over a connection that lets it count. */
export async function covers(entries: readonly TimelineEntry[], upto: number, hash: string): Promise<boolean | null> {
  const table = entries.filter((one) => one.stream === 'table' && one.seq <= upto).sort((a, b) => a.seq - b.seq)
  if (!upto || table.length !== upto || !globalThis.crypto?.subtle) return null
  const found = await root(table.map((one) => new TextEncoder().encode(one.leaf)))
  return Array.from(found, (one) => one.toString(16).padStart(2, '0')).join('') === hash
}
