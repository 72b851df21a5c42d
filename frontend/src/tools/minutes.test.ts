import { describe, expect, it } from 'vitest'
import type { TimelineEntry } from '@/api/documents'
import { covers, minutesOf, since } from './minutes'

const entry = (seq: number, type: string, facts: object = {}, stream = 'table'): TimelineEntry =>
  ({ at: `2026-03-20T09:${String(seq).padStart(2, '0')}:00+08:00`, actor: 'p', contested_by: [], facts, leaf: `leaf ${seq}`, seq, stream, type, via: 'person', words: null }) as unknown as TimelineEntry
const MEETING = { first_line: 3, mode: 'in_person' as const, coordinated_on: null }
const ALL = [
  entry(1, 'proposal_made'), entry(2, 'checked_in'), entry(3, 'meeting_started'), entry(4, 'message_sent'), entry(5, 'line_objected', { objection: 'table.5', line: 4, side: 'employer' }),
  entry(6, 'table_deadline_noted'), entry(7, 'minutes_note_added', { answers: 'table.5', line: 4 }), entry(8, 'minutes_note_added', { answers: null, line: 4 }),
  entry(9, 'line_objected', { objection: 'table.9', line: 4, side: 'worker' }), entry(10, 'line_objection_withdrawn', { objection: 'table.9', side: 'worker' }),
  entry(11, 'line_objected', { objection: 'table.11', line: 9, side: 'worker' }), entry(12, 'minutes_written'), entry(13, 'message_sent'),
]

describe('minutes', () => {
  it('hold every act of the session once, objections beside the line they are about', () => {
    const lines = minutesOf(ALL, MEETING)
    expect(lines.map((one) => one.entry.seq)).toEqual([3, 4, 8, 11, 12, 13])
    expect(lines[1]!.objections.map((one) => [one.id, one.fate, one.answers.map((answer) => answer.seq)])).toEqual([['table.5', 'answered', [7]], ['table.9', 'withdrawn', [10]]])
    expect(lines[3]!.objections.map((one) => one.fate)).toEqual(['open'])
  })
  it('begin where coordination ended if no session was held, and nowhere before', () => {
    const settled = [...ALL, { ...entry(1, 'dispute_closed', { agreement: true }, 'filing'), at: '2026-03-20T09:12:30+08:00' }]
    expect(minutesOf(settled, { first_line: 0, mode: null, coordinated_on: '2026-03-20' }).map((one) => one.entry.seq)).toEqual([13])
    expect(minutesOf(ALL, { first_line: 0, mode: null, coordinated_on: null })).toEqual([])
  })
  it('say how much came after they were laid, their own laying aside', () => expect(since(ALL, 11)).toBe(1))
  it('are named by a root that is worked out here, of RFC 6962', async () => {
    const hash = '6f69e49ca4a45730cb28fccf6466e8ac2e51f7c88553dbbdccd78f65e4d5bade'
    expect(await covers(ALL, 3, hash)).toBe(true)
    expect(await covers(ALL, 4, hash)).toBe(false)
    expect(await covers(ALL.slice(1), 3, hash)).toBe(null)
  })
})
