import { expect, it } from 'vitest'
import { EVERY_MS, isStale, scaleOf, STALE_MS } from './wall'

it('says that figures are old after three rounds without an answer, not after one', () => {
  expect(isStale(null, 10 * STALE_MS)).toBe(false)
  expect(isStale(0, EVERY_MS + 20_000)).toBe(false)
  expect(isStale(0, STALE_MS + 1)).toBe(true)
})

it('fits a screen of any shape whole', () => {
  expect(scaleOf(3840, 2160)).toBe(2)
  expect(scaleOf(1920, 900)).toBeLessThan(1)
})
