import { describe, expect, it } from 'vitest'
import type { CaseDocument } from '@/api/documents'
import { calledUntil, guests, insides, isGuest } from '@/tools/inside'

const seen = (streams: string[], called_into: Record<string, unknown> = {}): CaseDocument => ({ me: { person: 'teacher', streams }, called_into }) as unknown as CaseDocument

describe('whose own talks one sees', () => {
  it('is one side for its bench, who is no guest there', () => {
    const bench = seen(['table', 'worker'])
    expect(insides(bench)).toEqual(['worker'])
    expect([isGuest(bench), calledUntil(bench, 'worker')]).toEqual([false, null])
  })
  it('is both for whom both called, each until its own time', () => {
    const guest = seen(['table', 'employer', 'worker'], { worker: { called: { teacher: 1_800_000_000 } }, employer: { called: { teacher: 1_800_000_060, other: 1 } } })
    expect(insides(guest)).toEqual(['worker', 'employer'])
    expect([isGuest(guest), calledUntil(guest, 'worker'), calledUntil(guest, 'employer'), calledUntil(guest, 'table')]).toEqual([true, 1_800_000_000, 1_800_000_060, null])
  })
  it('is read by whom it was called into as well, as long as he is', () => {
    const now = '2026-03-20T09:00:00+08:00'
    const at = Date.parse(now) / 1000
    const bench = { me: { person: 'chief', side: 'worker', streams: ['table', 'worker'] }, called_into: {}, caucus: { called: { teacher: at + 60, gone: at } }, now } as unknown as CaseDocument
    expect(guests(bench, 'worker')).toEqual([['teacher', at + 60]])
    expect(guests(bench, 'employer')).toEqual([])
    expect(guests({ me: { side: null }, called_into: { employer: { called: { me: at + 5 } } }, caucus: null, now } as unknown as CaseDocument, 'employer')).toEqual([['me', at + 5]])
    expect(guests(null, 'worker')).toEqual([])
  })
  it('is none before a case is read', () => expect([insides(null), isGuest(null), calledUntil(null, 'worker')]).toEqual([[], false, null]))
})
