import { describe, expect, it } from 'vitest'
import type { CaseDocument } from '@/api/documents'
import { calledUntil, insides, isGuest } from '@/tools/inside'

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
  it('is none before a case is read', () => expect([insides(null), isGuest(null), calledUntil(null, 'worker')]).toEqual([[], false, null]))
})
