import { beforeEach, describe, expect, it } from 'vitest'
import { keeps } from './kept'
import { keeper, nobody, note, seen } from './who'

const rows = new Map<string, string>()
beforeEach(() => {
  rows.clear()
  globalThis.localStorage = {
    getItem: (key: string) => rows.get(key) ?? null,
    setItem: (key: string, value: string) => void rows.set(key, value),
    removeItem: (key: string) => void rows.delete(key),
  } as unknown as Storage
})

const HOUR = 3_600_000
const T = 1_800_000_000_000

describe('whose content lies here', () => {
  it('is his as long as his session may rest, counted from the last answer', () => {
    expect(note('p1', 7200, T)).toBe(true)
    expect(keeper(T + 2 * HOUR - 1)).toBe('p1')
    expect(keeper(T + 2 * HOUR)).toBe(null)
    seen(T + HOUR)
    expect(keeper(T + 3 * HOUR - 1)).toBe('p1')
    expect(keeper(T + 3 * HOUR)).toBe(null)
  })
  it('does not begin again by itself once that was over', () => {
    note('p1', 7200, T)
    seen(T + 3 * HOUR)
    expect(keeper(T + 3 * HOUR)).toBe(null)
    expect(note('p1', null, T + 3 * HOUR)).toBe(true)
  })
  it('is not shown by a clock that was set back', () => {
    note('p1', 7200, T)
    expect(keeper(T - HOUR)).toBe(null)
  })
  it('goes when somebody else comes, or nobody is there', () => {
    note('p1', 7200, T)
    expect(note('p1', null, T + HOUR)).toBe(false)
    expect(note('p2', null, T + HOUR)).toBe(true)
    expect(keeper(T + HOUR)).toBe('p2')
    nobody()
    expect(keeper(T + HOUR)).toBe(null)
  })
})

describe('what is kept', () => {
  it('is one’s own work', () => {
    for (const path of ['/api/v1/me', '/api/v1/me/waiting?cursor=x', '/api/v1/negotiations?closed=false', '/api/v1/negotiations/n1', '/api/v1/negotiations/n1/next', '/api/v1/negotiations/n1/timeline?limit=200', '/api/v1/packs/hz', '/api/v1/polls/b1'])
      expect(keeps(path), path).toBe(true)
  })
  it('is no list of other people, no figures of a district, no file, and nothing of a sign-in', () => {
    for (const path of ['/api/v1/enterprises/e1/workers', '/api/v1/organisations', '/api/v1/cockpit', '/api/v1/negotiations/n1/files/f1', '/api/v1/me/sessions', '/api/v1/session', '/api/v1/me/means', '/api/v1/polls/b1/list', '/api/v1/polls/b1/roll'])
      expect(keeps(path), path).toBe(false)
  })
})
