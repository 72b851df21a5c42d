import { describe, expect, it } from 'vitest'
import type { TimelineEntry } from '@/api/documents'
import { counted, found, left, votesOf } from './vote'

const CODES = ['yes', 'no', 'abstain']

describe('the count of a teller', () => {
  const typed = { 'c.yes': '3', 'c.no': '1', 'c.abstain': '0', spoiled: '1' }
  it('adds up by itself where one vote stands on a paper', () => {
    expect(counted(CODES, typed, 1)).toEqual({ counts: { yes: 3, no: 1, abstain: 0 }, spoiled: 1, papers: 5 })
  })
  it('is none where something is left open or is no number', () => {
    expect(counted(CODES, { ...typed, 'c.no': '' }, 1)).toBeNull()
    expect(counted(CODES, { ...typed, 'c.no': '-1' }, 1)).toBeNull()
    expect(counted(CODES, { ...typed, spoiled: '1.5' }, 1)).toBeNull()
  })
  it('cannot have more votes than its papers hold, nor fewer than one on each', () => {
    const two = (papers: string): ReturnType<typeof counted> => counted(['c1', 'c2'], { 'c.c1': '3', 'c.c2': '2', spoiled: '1', papers }, 2)
    expect(two('4')?.papers).toBe(4)
    expect(two('6')?.papers).toBe(6)
    expect(two('3')).toBeNull()
    expect(two('7')).toBeNull()
    expect(two('')).toBeNull()
  })
})

it('says how long is left, and nothing once it is over', () => {
  const now = Date.parse('2026-04-24T09:00:00+08:00')
  expect(left('2026-04-25T18:30:05+08:00', now)).toEqual({ days: 1, hours: 9, minutes: 30, seconds: 5 })
  expect(left('2026-04-24T09:00:00+08:00', now)).toBeNull()
})

it('finds by a part of the name and by what became of the line', () => {
  const rows = [
    { person: 'a', name: '陈一鸣', state: 'open' as const },
    { person: 'b', name: '陈静', state: 'paper' as const },
  ]
  expect(found(rows, ' 陈', '').length).toBe(2)
  expect(found(rows, '陈', 'paper').map((one) => one.person)).toEqual(['b'])
  expect(found(rows, '王', '')).toEqual([])
})

it('lists the votes of a case by what the log says of each', () => {
  const entry = (type: string, facts: object): TimelineEntry => ({ type, facts, at: '2026-04-24T09:00:00+08:00' }) as never
  const votes = votesOf([
    entry('poll_opened', { poll: 'b1', kind: 'election' }), entry('poll_voided', { poll: 'b1' }),
    entry('poll_opened', { poll: 'b2', kind: 'congress' }), entry('poll_counted', { poll: 'b2', counts: [{ choice: 'yes', votes: 8 }] }),
    entry('poll_opened', { poll: 'b3', kind: 'congress' }),
  ])
  expect(votes.map((one) => [one.poll, one.state, one.yes])).toEqual([['b3', 'running', null], ['b2', 'counted', 8], ['b1', 'void', null]])
})
