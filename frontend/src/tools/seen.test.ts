import { beforeEach, describe, expect, it } from 'vitest'
import type { TimelineEntry } from '@/api/documents'
import { counted, dropSeen, keepSeen, news, readSeen } from './seen'

const entry = (stream: string, seq: number, actor: string, minute: number, type = 'message_sent'): TimelineEntry =>
  ({ stream, seq, actor, type, at: `2026-03-20T09:${String(minute).padStart(2, '0')}:00+08:00` }) as unknown as TimelineEntry
const all = [entry('table', 1, 'me', 1), entry('worker', 1, 'x', 2), entry('table', 2, 'y', 3), entry('notice', 1, 'clock', 4, 'notice_deadline_noted'), entry('filing', 1, 'z', 5)]
const kept = new Map<string, string>()
beforeEach(() => {
  kept.clear()
  Object.defineProperty(globalThis, 'localStorage', {
    configurable: true,
    value: new Proxy({}, {
      get: (_, name) => ({ getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => kept.set(key, value), removeItem: (key: string) => kept.delete(key) })[name as 'getItem'],
      ownKeys: () => [...kept.keys()],
      getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
    }),
  })
})

describe('what changed since one was here', () => {
  it('is of every stream, by others, and by people', () => {
    expect(news(all, 'me', { table: 1 }).map((one) => `${one.stream}.${one.seq}`)).toEqual(['worker.1', 'table.2', 'filing.1'])
    expect(counted(news(all, 'me', { table: 1 }))).toEqual([['worker', 1], ['table', 1], ['filing', 1]])
  })
  it('is, on a device that knows nothing, what came after one acted oneself', () => {
    expect(news(all, 'y', null).map((one) => one.stream)).toEqual(['filing'])
    expect(news(all, 'me', { table: 2 }).map((one) => one.stream)).toEqual(['worker', 'filing'])
  })
  it('is nothing for whoever was never here', () => expect(news(all, 'stranger', null)).toEqual([]))
  it('is kept for each person apart, and goes with him', () => {
    keepSeen('me', 'c', all)
    expect([readSeen('me', 'c'), readSeen('other', 'c')]).toEqual([{ table: 2, worker: 1, notice: 1, filing: 1 }, null])
    expect(news(all, 'me', readSeen('me', 'c'))).toEqual([])
    dropSeen()
    expect(readSeen('me', 'c')).toBeNull()
  })
})
