import { expect, it } from 'vitest'
import { filled, summed } from './usage'

const day = (name: string, requests: number) => ({ day: name, requests, errors: 1, limited: 0, told: 2, failed: 0 })

it('fills the days without use, and ends with today in China', () => {
  const found = filled([day('2026-03-19', 7), day('2026-03-21', 5)], 4, new Date('2026-03-20T17:00:00Z'))
  expect(found.map((one) => [one.day, one.requests])).toEqual([['2026-03-18', 0], ['2026-03-19', 7], ['2026-03-20', 0], ['2026-03-21', 5]])
  expect([summed(found, 'requests'), summed(found, 'errors'), summed(found, 'told')]).toEqual([12, 2, 4])
})
