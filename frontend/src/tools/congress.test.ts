import { describe, expect, it } from 'vitest'
import type { TimelineEntry } from '@/api/documents'
import { congressOf } from './congress'

let seq = 0
const event = (type: string, facts: Record<string, unknown> = {}, words: Record<string, string> | null = null) =>
  ({ type, facts, words, seq: ++seq, at: '2026-04-20T10:00:00+08:00', actor: 'p' }) as unknown as TimelineEntry
const done = (entries: TimelineEntry[]): string[] => congressOf(entries).lines.filter((one) => one.entry).map((one) => one.step)

const SENT = [event('draft_submitted'), event('congress_materials_sent', {}, { explanation: '夜班补贴' })]
const MET = [...SENT, event('congress_convened', { day: '2026-04-20' }), event('voting_method_adopted', { ballot: 'online' })]
const COUNTED = [...MET, event('ballot_recorded', { yes: 83 })]
const ATTESTED = [...COUNTED, event('ballot_attested', { voided: false, result: null }), event('ballot_attested', { voided: false, result: 'passed' })]

describe('how far a congress is', () => {
  it('is read off the acts', () => {
    expect(done([])).toEqual([])
    expect(done(SENT)).toEqual(['submitted', 'materials'])
    expect(congressOf(SENT).explanation).toBe('夜班补贴')
    expect(done(COUNTED)).toEqual(['submitted', 'convened', 'materials', 'method', 'ballot'])
    expect(done(ATTESTED)).toHaveLength(7)
    expect(congressOf(ATTESTED).result).toBe('passed')
  })
  it('is of the last round', () => {
    const again = [...ATTESTED, event('draft_submitted')]
    expect(done(again)).toEqual(['submitted'])
    expect(congressOf(again)).toMatchObject({ explanation: null, counts: null, result: null })
  })
  it('is convened anew without quorum, and its draft and method stand', () => {
    const short = [...COUNTED, event('ballot_attested', { voided: false, result: null }), event('ballot_attested', { voided: false, result: 'no_quorum' })]
    expect(done([...short, event('congress_convened')])).toEqual(['submitted', 'convened', 'materials', 'method'])
  })
  it('has no counts once they were rejected, and no poll once it was voided', () => {
    expect(done([...COUNTED, event('ballot_attested', { voided: true, result: null })])).not.toContain('ballot')
    const opened = [...MET, event('poll_opened', { kind: 'congress', poll: 'b1' })]
    expect(congressOf(opened).poll).not.toBeNull()
    expect(congressOf([...opened, event('poll_voided', { poll: 'b1' })]).poll).toBeNull()
    expect(congressOf([...MET, event('poll_opened', { kind: 'election', poll: 'b2' })]).poll).toBeNull()
  })
  it('knows of a vote of few by its attestation alone', () => {
    expect(done([...MET, event('ballot_attested', { voided: false, result: null })])).toContain('ballot')
  })
})
