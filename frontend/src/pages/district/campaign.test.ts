import { expect, it } from 'vitest'
import { chunks, late, open, shown, tally, type BoardRow, type RunRow } from './campaign'

const row = (some: Partial<BoardRow>) => ({ name: '甲厂', has_union: false, state: 'not_begun', late: '', ...some }) as BoardRow

it('asks for fifty at once and loses none', () => {
  const all = Array.from({ length: 120 }, (_, at) => at)
  expect(chunks(all).map((one) => one.length)).toEqual([50, 50, 20])
  expect(chunks(all).flat()).toEqual(all)
  expect(chunks([])).toEqual([])
})

it('picks by union, state, lateness and name, and offers only those whose offer has not gone out', () => {
  const rows = [row({}), row({ has_union: true, state: 'served', late: 'reply materials' }), row({ name: '乙厂', state: 'opened' })]
  expect(shown(rows, { union: 'without', state: '', text: '' })).toHaveLength(2)
  expect(shown(rows, { union: '', state: 'late', text: '' })).toEqual([rows[1]])
  expect(shown(rows, { union: '', state: 'opened', text: '乙' })).toEqual([rows[2]])
  expect(rows.map(open)).toEqual([true, false, true])
  expect(late(row({ late: 'no_reply' }))).toBe(false)
})

it('counts the rows of several requests together', () => {
  const rows = (['refused', 'opened', 'opened'] as const).map((outcome) => ({ outcome }) as RunRow)
  expect(tally(rows)).toEqual([['opened', 2], ['refused', 1]])
})
