import { expect, it } from 'vitest'
import en from '@/texts/ui.en.json'
import zh from '@/texts/ui.zh.json'
import type { Cockpit, Covered, Figures, Month } from './figures'
import { covering, happened, months, standing } from './report'

const any = new Proxy({}, { get: () => 7 })

it('names and defines every line in both languages', () => {
  const keys = [...happened({ happened: null } as Month), ...covering(any as Covered), ...standing(any as Figures, any as Cockpit)].map((one) => one.key)
  expect(new Set(keys).size).toBe(keys.length)
  for (const texts of [zh, en]) expect(keys.filter((key) => !(key in texts.report.figure) || !(key in texts.report.means))).toEqual([])
})

it('offers months backwards over the turn of a year', () => {
  expect(months('2026-02-03', 4)).toEqual(['2026-02', '2026-01', '2025-12', '2025-11'])
})

it('keeps to itself what one ballot was', () => {
  const of = (balloted: number) => new Proxy({ balloted, passed_first: 1 } as Record<string, number>, { get: (known, key) => known[String(key)] ?? 7 }) as unknown as Figures
  const shown = (balloted: number) => standing(of(balloted), { least: 5 } as Cockpit).find((one) => one.key === 'passed_first')?.said
  expect([shown(1), shown(4), shown(5)]).toEqual(['–', '–', '20%'])
})
