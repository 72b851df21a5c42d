import type { components } from '@/api/schema'

export type Import = components['schemas']['ImportDocument']
export type Report = components['schemas']['ImportReport']

/** The kinds of rows, and the offices that the API lets import them. */
export const KINDS = [
  { kind: 'enterprises', offices: ['district_union', 'town_union', 'hr', 'legal_representative'] },
  { kind: 'rosters', offices: ['union', 'town_union', 'district_union'] },
  { kind: 'delegates', offices: ['union', 'town_union', 'district_union'] },
  { kind: 'reference-values', offices: ['district_union', 'town_union', 'authority'] },
  { kind: 'contracts', offices: ['district_union', 'town_union', 'union', 'hr', 'legal_representative', 'employers_body'] },
  { kind: 'wage-tables', offices: ['hr', 'legal_representative'] },
] as const
export type Kind = (typeof KINDS)[number]['kind']

export const under = (one: Import): boolean => ['reading', 'checking', 'writing'].includes(one.state)

/** One row in which something is wrong: its cells by the heads that are shown, and what is wrong by column. */
export interface BadRow { row: number; cells: { head: string; text: string; bad: boolean }[]; wrong: Report['wrong'] }

const FIRST = 2

/** The columns in which something is wrong anywhere, and the first two, by which people know a row. */
export function columnsOf(report: Report): number[] {
  const bad = new Set(report.wrong.map((one) => letterOf(one.column)).filter((place) => place >= 0))
  return report.heads.map((_, place) => place).filter((place) => place < FIRST || bad.has(place))
}

export function badRows(report: Report): BadRow[] {
  const shown = columnsOf(report)
  return report.rows.map(({ row, cells }) => {
    const wrong = report.wrong.filter((one) => one.row === row)
    const places = new Set(wrong.map((one) => letterOf(one.column)))
    return { row, wrong, cells: shown.map((place) => ({ head: report.heads[place] ?? '', text: cells[place] ?? '', bad: places.has(place) })) }
  })
}

/** What is wrong with the file as a whole, and with rows beyond those that are shown. */
export function beside(report: Report): Report['wrong'] {
  const shown = new Set(report.rows.map((one) => one.row))
  return report.wrong.filter((one) => one.row === null || !shown.has(one.row))
}

/** A spreadsheet's name of a column, as a number from 0; -1 for none. */
export function letterOf(column: string | null | undefined): number {
  if (!column) return -1
  return [...column].reduce((sum, one) => sum * 26 + one.charCodeAt(0) - 64, 0) - 1
}
