import { expect, it } from 'vitest'
import en from '@/texts/ui.en.json'
import zh from '@/texts/ui.zh.json'
import type { Covered, Figures, Month } from './figures'
import { covering, happened, months, standing } from './report'

const any = new Proxy({}, { get: () => 7 })

it('names and defines every line in both languages', () => {
  const keys = [...happened({ happened: null } as Month), ...covering(any as Covered), ...standing(any as Figures)].map((one) => one.key)
  expect(new Set(keys).size).toBe(keys.length)
  for (const texts of [zh, en]) expect(keys.filter((key) => !(key in texts.report.figure) || !(key in texts.report.means))).toEqual([])
})

it('offers months backwards over the turn of a year', () => {
  expect(months('2026-02-03', 4)).toEqual(['2026-02', '2026-01', '2025-12', '2025-11'])
})

it('says a dash where the API keeps what came out of few to itself', () => {
  const of = (passed_first: number | null) => new Proxy({ balloted: 4, passed_first, turnout: null } as Record<string, number | null>, { get: (known, key) => (String(key) in known ? known[String(key)] : 7) }) as unknown as Figures
  const shown = (one: Figures, key: string) => standing(one).find((row) => row.key === key)?.said
  expect([shown(of(null), 'passed_first'), shown(of(null), 'turnout'), shown(of(1), 'passed_first')]).toEqual(['–', '–', '25%'])
})
