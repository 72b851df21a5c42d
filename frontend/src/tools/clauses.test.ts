import { describe, expect, it } from 'vitest'
import { against, changeOf, type ClauseHistory, type Words } from './clauses'

const rate = (of: string) => ({ kind: 'rate', name: 'raise', rate: of }) as const
const was: Words = { head: 'T3', values: [rate('7'), { kind: 'fen', name: 'minimum_wage', fen: 260_000 }], prose: '增长7%。' }

describe('what two wordings differ in', () => {
  it('is said of each value in its unit, and of none that stayed', () => {
    const now: Words = { head: 'T3', values: [{ rate: '5.5', name: 'raise', kind: 'rate' }, { kind: 'day', name: 'pay_day', day: '2026-04-10' }], prose: '增长5.5%。' }
    const change = changeOf('table.1', was, now)
    expect(change.values.map((one) => [one.name, one.how, one.unit, one.by])).toEqual([['raise', 'changed', 'points', '-1.5'], ['pay_day', 'added', null, null], ['minimum_wage', 'removed', null, null]])
    expect(change.how).toBe('changed')
  })
  it('is nothing where a form sends the same values in another order of their parts', () => {
    const again: Words = { ...was, values: [{ rate: '7', kind: 'rate', name: 'raise' }, was.values[1]!] }
    expect(changeOf('table.1', was, again).how).toBe('same')
  })
  it('has no words where one of both was erased', () => expect(changeOf('table.1', was, { ...was, prose: null }).words).toBeNull())
})

describe('what a wording is first set against', () => {
  const version = (n: number, side: string) => ({ id: `table.${n}`, n, side })
  const history = { agreed: 'table.1', versions: [version(1, 'worker'), version(2, 'employer'), version(3, 'worker'), version(4, 'worker')] } as unknown as ClauseHistory
  it('is what both agreed on, then the other side\'s, then the one before, each once', () => {
    expect(against(history, history.versions[3]!).map(([way, one]) => [way, one.n])).toEqual([['agreed', 1], ['other', 2], ['before', 3]])
    expect(against(history, history.versions[1]!).map(([way, one]) => [way, one.n])).toEqual([['agreed', 1]])
  })
})
