import { describe, expect, it } from 'vitest'
import { Problem } from '@/api/problem'
import type { Stream } from '@/api/documents'
import { Room, type Cursors, type Entry, type Hears, type Over, type Standing } from './room'

type Log = Record<string, { epoch: number; n: number }>

/** A house with a log, that answers as docs/LIVE.md says; lines are cut by the test. */
class House {
  log: Log = { table: { epoch: 1, n: 3 }, notice: { epoch: 1, n: 1 } }
  hears: Hears | null = null
  tickets = 0
  refuse: Problem | null = null
  timers: { ms: number; work: () => void }[] = []
  sent: string[] = []
  got: Record<string, number[]> = {}
  standings: [Standing, Over | null][] = []
  caughtUp: number[] = []
  room: Room

  constructor(readonly cursors: Cursors = {}) {
    this.room = new Room(
      {
        ticket: () => (this.refuse ? Promise.reject(this.refuse) : Promise.resolve(`t${++this.tickets}`)),
        open: (hears) => {
          this.hears = hears
          return { send: (text) => this.said(text), close: () => (this.hears = null) }
        },
        later: (ms, work) => {
          const one = { ms, work }
          this.timers.push(one)
          return () => (this.timers = this.timers.filter((other) => other !== one))
        },
      },
      cursors,
      {
        happened: (entry: Entry) => (this.got[entry.stream] ??= []).push(entry.seq),
        forget: (stream: Stream) => (this.got[stream] = []),
        stands: (now, why) => this.standings.push([now, why]),
        caught: (n) => this.caughtUp.push(n),
        other: () => undefined,
      },
    )
  }

  said(text: string): void {
    this.sent.push(text)
    const { frame, after } = JSON.parse(text) as { frame: string; after: Cursors }
    if (frame !== 'auth') return
    const streams = Object.fromEntries(
      Object.entries(this.log).map(([name, { epoch, n }]) => {
        const had = after[name as Stream]
        const good = had && had[0] === epoch && had[1] <= n
        return [name, { how: good ? 'gap' : 'resync', epoch, after: good ? had[1] : 0, to: n }]
      }),
    )
    this.frame({ frame: 'answer', id: 'auth', status: 200, body: { streams } })
    for (const [name, begins] of Object.entries(streams)) for (let seq = begins.after + 1; seq <= begins.to; seq++) this.event(name, seq)
  }

  frame(frame: object): void {
    this.hears?.text(JSON.stringify(frame))
  }
  event(stream: string, seq: number): void {
    this.frame({ frame: 'event', stream, seq, event: { at: '2026-03-20T09:00:00+08:00', type: 'x' } })
  }
  /** Something is written while the reader is there. */
  write(stream: string): void {
    this.event(stream, ++this.log[stream]!.n)
  }
  async in(): Promise<void> {
    await Promise.resolve()
    await Promise.resolve()
    this.hears?.opened()
  }
  async pause(): Promise<number> {
    const one = this.timers.shift()!
    one.work()
    await this.in()
    return one.ms
  }
  cut(code = 1006): void {
    const hears = this.hears
    this.hears = null
    hears?.closed(code)
  }
  last(): [Standing, Over | null] {
    return this.standings.at(-1)!
  }
}

const first = (n: number): number[] => Array.from({ length: n }, (_, at) => at + 1)

describe('a room', () => {
  it('takes what is there and says when nothing is missing', async () => {
    const house = new House()
    house.room.join()
    await house.in()
    expect(house.got).toEqual({ table: first(3), notice: first(1) })
    expect(house.last()).toEqual(['in', null])
  })

  it('comes back after a cut with what was written meanwhile, each once, and says how much that was', async () => {
    const house = new House()
    house.room.join()
    await house.in()
    house.cut()
    house.log.table!.n = 5
    expect(house.last()).toEqual(['coming', null])
    expect(await house.pause()).toBe(1000)
    house.write('table')
    expect(house.got.table).toEqual(first(6))
    expect(house.caughtUp.at(-1)).toBe(2)
  })

  it('waits longer each time nobody answers, and no longer once the network is back', async () => {
    const house = new House()
    house.refuse = new Problem(0, 'offline')
    house.room.join()
    await house.in()
    const waits = []
    for (let n = 0; n < 7; n++) waits.push(await house.pause())
    expect(waits).toEqual([1000, 2000, 4000, 8000, 16000, 30000, 30000])
    house.refuse = null
    house.room.hurry()
    await house.in()
    expect(house.last()).toEqual(['in', null])
    expect(house.timers).toEqual([])
  })

  it('takes nothing after a hole: it comes in anew', async () => {
    const house = new House()
    house.room.join()
    await house.in()
    house.log.table!.n = 5
    house.event('table', 5)
    expect(house.got.table).toEqual(first(3))
    await house.pause()
    expect(house.got.table).toEqual(first(5))
  })

  it('forgets a stream that begins anew', async () => {
    const house = new House()
    house.room.join()
    await house.in()
    house.log.notice = { epoch: 2, n: 2 }
    house.frame({ frame: 'resync', stream: 'notice', epoch: 2, seq: 2, why: 'epoch' })
    house.event('notice', 1)
    house.event('notice', 2)
    expect(house.got.notice).toEqual(first(2))
    expect(house.cursors.notice).toEqual([2, 2])
  })

  it('goes on with what is left when a stream is taken away, and at once', async () => {
    const house = new House()
    house.room.join()
    await house.in()
    delete house.log.table
    house.cut(4403)
    expect(await house.pause()).toBe(0)
    expect(house.got.table).toEqual([])
    expect(house.cursors.table).toBeUndefined()
    expect(house.last()).toEqual(['in', null])
  })

  it('ends where nobody may come in, and does not knock again', async () => {
    for (const [code, why] of [[4401, 'signed_out'], [4404, 'not_yours']] as const) {
      const house = new House()
      house.room.join()
      await house.in()
      house.cut(code)
      expect(house.last()).toEqual(['over', why])
      expect(house.timers).toEqual([])
    }
    const house = new House()
    house.refuse = new Problem(404, 'not_found')
    house.room.join()
    await house.in()
    expect(house.last()).toEqual(['over', 'not_yours'])
  })

  it('hears nothing of an old line after it has left', async () => {
    const house = new House()
    house.room.join()
    await house.in()
    const old = house.hears!
    house.room.leave()
    old.text(JSON.stringify({ frame: 'event', stream: 'table', seq: 4, event: {} }))
    old.closed(1006)
    expect(house.got.table).toEqual(first(3))
    expect(house.timers).toEqual([])
  })

  it('whatever is cut wherever, what it ends with is what stands there', async () => {
    let seed = 7
    const dice = (n: number): number => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) % n
    for (let run = 0; run < 300; run++) {
      const house = new House()
      house.room.join()
      await house.in()
      for (let step = 0; step < 20; step++) {
        const what = dice(6)
        if (what === 0) house.cut()
        else if (what === 1 && house.timers.length) await house.pause()
        else if (what === 2) house.log.table!.n++ // written, and the reader is told late or never
        else if (what === 3) house.log.notice = { epoch: house.log.notice!.epoch + 1, n: house.log.notice!.n }
        else house.write(dice(2) ? 'table' : 'notice')
      }
      house.cut()
      while (house.timers.length) await house.pause()
      expect(house.got).toEqual({ table: first(house.log.table!.n), notice: first(house.log.notice!.n) })
    }
  })
})
