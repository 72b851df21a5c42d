import { describe, expect, it } from 'vitest'
import type { TimelineEntry } from '@/api/documents'
import { fateOf, kindOf, lens, linesOf, speakers, strawCounts } from './talk'

const entry = (seq: number, type: string, facts: object, words: object | null = null, stream = 'table'): TimelineEntry =>
  ({ at: '2026-03-20T09:00:00+08:00', actor: 'p', contested_by: [], erased: false, facts, leaf: '', mandate: null, occurred_on: null, seq, stream, type, type_version: 1, via: 'person', words }) as unknown as TimelineEntry
const position = (more: object) => ({ positions: { 'table.1': { side: 'worker', terms: [], given: [], answers: null, held: false, accepted: false, ...more } } }) as never

describe('the talk of a room', () => {
  it('is of one stream, in its order, without what the clock noted', () => {
    const all = [entry(2, 'message_sent', {}), entry(1, 'proposal_made', {}), entry(3, 'table_deadline_noted', {}), entry(1, 'caucus_message_sent', {}, null, 'worker')]
    expect(lens(all, 'table').map((one) => one.seq)).toEqual([1, 2])
    expect(lens(all, 'worker')).toHaveLength(1)
  })

  it('shows each line of a package with the words that belong to it', () => {
    const made = entry(4, 'package_made', { terms: [{ head: 'T3', rate: '5.5', fen: null }], given: [{ head: 'T5', rate: null, fen: 3000 }] }, { 'given.0.text': '每班' })
    expect(linesOf(made)).toEqual({ terms: [{ head: 'T3', rate: '5.5', fen: null, text: null }], given: [{ head: 'T5', rate: null, fen: 3000, text: '每班' }] })
  })

  it('calls each act by its kind', () => {
    const kinds = [entry(1, 'proposal_made', { answers: null }), entry(2, 'proposal_made', { answers: 'table.1' }), entry(3, 'package_made', { given: [] }), entry(4, 'package_made', { given: [{ head: 'T5' }] }), entry(5, 'message_sent', {})]
    expect(kinds.map(kindOf)).toEqual(['proposal', 'counter', 'package', 'conditional', 'message_sent'])
  })

  it('says what became of a proposal', () => {
    const gone = { positions: {} } as never
    const fate = (state: never, ...since: TimelineEntry[]) => fateOf('table.1', state, 9, since)
    expect(fate(position({}))).toBe('open')
    expect(fate(position({ held: true }))).toBe('held')
    expect(fate(position({ accepted: true }))).toBe('accepted')
    expect(fate(gone, entry(5, 'proposal_withdrawn', { proposal: 'table.1' }))).toBe('withdrawn')
    expect(fate(gone, entry(5, 'accepted_in_principle', { proposal: 'table.2', settles: ['table.1'] }))).toBe('settled')
    expect(fate(gone)).toBe('replaced')
  })

  it('believes what was just heard before a state that was read earlier', () => {
    const before = position({})
    const later = entry(9, 'proposal_made', { proposal: 'table.9', replaces: ['table.1'] })
    expect(fateOf('table.1', before, 8, [later])).toBe('replaced')
    expect(fateOf('table.9', before, 8, [later])).toBe('open')
    expect(fateOf('table.9', before, 9, [later])).toBe('replaced')
  })

  it('lets the sides speak in turn, each by when its hand went up', () => {
    const side = (one: string) => (one.startsWith('w') ? 'worker' : one.startsWith('e') ? 'employer' : null)
    expect(speakers(['w1', 'w2', 'e1', 'w3', 'e2'], side, null)).toEqual(['w1', 'e1', 'w2', 'e2', 'w3'])
    expect(speakers(['w1', 'e1'], side, 'worker')).toEqual(['e1', 'w1'])
    expect(speakers(['w1', 'i1', 'w2'], side, 'worker')).toEqual(['i1', 'w1', 'w2'])
    expect(speakers([], side, null)).toEqual([])
  })

  it('counts the last word of each in a straw poll', () => {
    const cast = (person: string, choice: number) => entry(1, 'straw_cast', { poll: 'worker.4', person, choice }, null, 'worker')
    expect(strawCounts('worker.4', 2, [cast('a', 1), cast('b', 2), cast('a', 2), entry(1, 'straw_cast', { poll: 'worker.9', person: 'c', choice: 1 })])).toEqual([0, 2])
  })
})
