import { describe, expect, it } from 'vitest'
import { badRows, beside, columnsOf, letterOf, type Report } from './imports'

const said = { zh: '', en: '' }
const wrong = (row: number | null, column: string | null) => ({ row, column, head: null, field: null, code: 'x', message: said, cure: said })
const report: Report = {
  sheet: null, encoding: null, heads: ['a', 'b', 'c', 'd'], fields: ['a', 'b', 'c', 'd'], wrong_total: 3,
  wrong: [wrong(2, 'D'), wrong(9, 'C'), wrong(null, null)], rows: [{ row: 2, cells: ['1', '2', '3'] }],
}

describe('what an import found', () => {
  it('shows the first columns and those in which something is wrong', () => expect(columnsOf(report)).toEqual([0, 1, 2, 3]))
  it('marks the cell, also one that is empty', () => {
    expect(badRows(report)[0]!.cells).toEqual([
      { head: 'a', text: '1', bad: false }, { head: 'b', text: '2', bad: false }, { head: 'c', text: '3', bad: false }, { head: 'd', text: '', bad: true },
    ])
  })
  it('says beside it what is of the file, or of rows that are not shown', () => expect(beside(report).map((one) => one.row)).toEqual([9, null]))
  it('counts columns as spreadsheets do', () => expect(['A', 'Z', 'AA', 'BH', null].map(letterOf)).toEqual([0, 25, 26, 59, -1]))
})
