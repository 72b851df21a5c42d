import { describe, expect, it } from 'vitest'
import type { TimelineEntry } from '@/api/documents'
import { bandOf, marksOf, type Reference } from './gap'
import { courses, wageTable, wordings } from './history'
import { momentAt, momentsOf } from './moments'
import { after, before, redline } from './redline'
import examples from './redline.examples.json'
import { seatOf } from './practised'
import { heads, monthly, monthlyApart, raised } from './wages'

const entry = (seq: number, type: string, facts: object, words?: Record<string, string>): TimelineEntry =>
  ({ stream: 'table', seq, at: `2026-03-${10 + seq}T10:00:00+08:00`, type, facts, words: words ?? null }) as unknown as TimelineEntry
const named = (seq: number, side: string, head: string, rate: string | null, fen: number | null = null) => entry(seq, 'proposal_made', { side, head, rate, fen })

describe('what the timeline says of the talks', () => {
  const told = [named(1, 'worker', 'T3', '6.9'), named(2, 'employer', 'T3', '3.6'), named(3, 'worker', 'T2', null, 286_000), named(4, 'worker', 'T9', null), entry(5, 'step_turned', { round: 2 }), named(6, 'worker', 'T3', '4.5')]
  it('counts what a package says of a head, and what it wants for it, as its side\'s figures', () => {
    const line = (head: string, rate: string | null, fen: number | null) => ({ head, rate, fen })
    const both = [named(1, 'worker', 'T3', '8'), entry(2, 'package_made', { side: 'employer', terms: [line('T3', '6.5', null)], given: [line('T5', null, 3_000)] })]
    expect(courses(both).map((one) => [one.head, one.unit])).toEqual([['T3', 'rate'], ['T5', 'fen']])
    expect(courses(both)[0]!.moves.map((one) => one.value)).toEqual(['8', '6.5'])
  })
  it('is each head with its figures in their order and round', () => {
    const [t3, t2, ...none] = courses(told)
    expect(t3!.moves.map((one) => [one.side, one.value, one.round])).toEqual([['worker', '6.9', 1], ['employer', '3.6', 1], ['worker', '4.5', 2]])
    expect([t2!.unit, t2!.moves.map((one) => one.value), none]).toEqual(['fen', ['286000'], []])
  })
  it('keeps every wording of a clause under its id', () => {
    const put = (seq: number, clause: string, hash: string, words?: Record<string, string>) => entry(seq, 'clause_put', { clause, head: 'T3', side: 'worker', values: [], text_hash: hash }, words)
    const found = wordings([put(1, 'table.1', 'a', { prose: '甲' }), put(2, 'table.2', 'b', { prose: '乙' }), put(3, 'table.1', 'c')])
    expect(found.get('table.1')!.map((one) => [one.n, one.hash, one.prose])).toEqual([[1, 'a', '甲'], [2, 'c', null]])
    expect(found.size).toBe(2)
  })
  it('has the wage table that came last', () => {
    const table = (period: string) => ({ wage_table: { period, source: 'payroll', groups: [] } })
    expect(wageTable([entry(1, 'material_delivered', table('2024')), entry(2, 'material_delivered', table('2025')), entry(3, 'material_delivered', { wage_table: null })])?.table.period).toBe('2025')
    expect(wageTable([])).toBeNull()
  })
})

describe('reference values', () => {
  const one = (kind: string, period: string, rate: string | null, fen: number | null = null): Reference => ({ kind, period, rate, fen, source: '演示值' })
  it('are of the latest period, in the unit that is shown', () => {
    const all = [one('guideline_upper', '2026', '8'), one('guideline_lower', '2025', '3'), one('guideline_lower', '2026', '2'), one('minimum_wage', '2026', null, 250_000), one('cpi', '2026', '1')]
    const marks = marksOf(all, 'rate')
    expect(marks.map((mark) => [mark.kind, mark.period, mark.value])).toEqual([['guideline_lower', '2026', '2'], ['guideline_upper', '2026', '8']])
    expect(bandOf(marks)).toEqual(['2', '8'])
    expect(marksOf(all, 'fen').map((mark) => mark.value)).toEqual(['250000'])
  })
  it('are no band where one end is missing', () => expect(bandOf(marksOf([one('guideline_upper', '2026', '8')], 'rate'))).toBeNull())
})

describe('a redline', () => {
  const [was, is] = ['企业自2026年4月1日起上调工资，幅度为5.0%，原则上适用于全体职工。', '企业自2026年1月1日起上调工资，幅度为5.5%，适用于全体职工，含被派遣劳动者。']
  it('loses no word of either draft', () => {
    const parts = redline(was, is)
    expect([before(parts), after(parts)]).toEqual([was, is])
  })
  it('marks figures with their unit as one word', () => {
    const marked = redline(was, is).filter((one) => one.kind !== 'same').map((one) => `${one.kind} ${one.text}`)
    expect(marked).toEqual(['del 4月', 'ins 1月', 'del 5.0%', 'ins 5.5%', 'del 原则上', 'ins ，含被派遣劳动者'])
  })
  it('is that of the server, both ways', () => {
    for (const one of examples) {
      expect(redline(one.before, one.after).map(({ kind, text }) => [kind, text])).toEqual(one.parts)
      const back = redline(one.after, one.before)
      expect([before(back), after(back)]).toEqual([one.after, one.before])
    }
  })
  it('is all one where nothing changed, and all new where all did', () => {
    expect(redline(was, was)).toEqual([{ kind: 'same', text: was }])
    expect(redline('', '甲')).toEqual([{ kind: 'ins', text: '甲' }])
  })
})

describe('wages after a raise', () => {
  const table = { period: '2025', source: 'payroll', groups: [{ group: 'a', headcount: 10, average_fen: 420_050, lowest_fen: 1 }, { group: 'b', headcount: 2, average_fen: 500_000, lowest_fen: 1 }] }
  it('are exact to the fen, half upwards', () => expect([raised(420_050, '4.05'), raised(100, '0.5'), raised(99, '0.5'), raised(420_050, '0')]).toEqual([437_062, 101, 99, 420_050]))
  it('of two raises are apart by a sum a month, unless one was not named', () => expect([monthlyApart(table, '6', '4'), monthlyApart(table, '4', '6'), monthlyApart(table, null, '4')]).toEqual([104_010, 104_010, null]))
  it('add up over all groups', () => expect([heads(table), monthly(table), monthly(table, '10')]).toEqual([12, 5_200_500, 5_720_550]))
})

describe('looking back', () => {
  const told = [named(1, 'worker', 'T3', '6.9'), entry(2, 'notice_deadline_noted', {}), named(3, 'employer', 'T3', '3.6')]
  it('stops where something was done, once for each instant', () => {
    const same = { ...named(4, 'worker', 'T2', '1'), at: told[2]!.at }
    expect(momentsOf([...told, same]).map((one) => one.seq)).toEqual([1, 4])
  })
  it('finds what stood at an instant, and nothing before the first', () => {
    expect(['2026-03-01T00:00:00+08:00', '2026-03-12T02:00:00Z', '2027-01-01T00:00:00+08:00'].map((at) => momentAt(told, at))).toEqual([-1, 1, 2])
  })
})

describe('a practice', () => {
  it('is in the seat one does most in, with the side where a seat has one on each', () => {
    expect(seatOf(['worker', 'union', 'chief'], 'worker')).toEqual({ seat: 'chief', side: 'worker' })
    expect(seatOf(['worker', 'scrutineer'], 'worker')).toEqual({ seat: 'scrutineer' })
    expect(seatOf(['auditor'], null)).toBeNull()
  })
})
