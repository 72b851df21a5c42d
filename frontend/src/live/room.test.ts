import { describe, expect, it } from 'vitest'
import { Problem } from '@/api/problem'
import type { Stream } from '@/api/documents'
import { Room, type Cursors, type Entry, type Hears, type Over, type Standing } from './room'

const [ENTER, QUIET, DEAD] = [15_000, 20_000, 10_000]
const WATCHES = new Set([ENTER, QUIET, DEAD])

type Log = Record<string, { epoch: number; n: number }>

/** A house with a log, that answers as docs/LIVE.md says; lines are cut by the test. */
class House {
  log: Log = { table: { epoch: 1, n: 3 }, notice: { epoch: 1, n: 1 } }
  hears: Hears | null = null
  tickets = 0
  refuse: Problem | null = null
  timers: { ms: number; work: () => void }[] = []
  /** Of a stream, so many events come before the line is cut. */
  most = Infinity
  /** The line is cut, and nobody says so. */
  dead = false
  sent: string[] = []
  got: Record<string, number[]> = {}
  standings: [Standing, Over | null][] = []
  caughtUp: number[] = []
  anew = false
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
        caught: (n, anew) => (this.caughtUp.push(n), (this.anew = anew)),
        other: () => undefined,
      },
    )
  }

  said(text: string): void {
    this.sent.push(text)
    const { frame, after, id } = JSON.parse(text) as { frame: string; after: Cursors; id: string }
    if (frame === 'look') this.frame({ frame: 'answer', id, status: 200, body: { streams: {} } })
    if (frame !== 'auth') return
    const streams = Object.fromEntries(
      Object.entries(this.log).map(([name, { epoch, n }]) => {
        const had = after[name as Stream]
        const good = had && had[0] === epoch && had[1] <= n
        return [name, { how: good ? 'gap' : 'resync', epoch, after: good ? had[1] : 0, to: n }]
      }),
    )
    this.frame({ frame: 'answer', id: 'auth', status: 200, body: { streams } })
    for (const [name, begins] of Object.entries(streams)) for (let seq = begins.after + 1; seq <= Math.min(begins.to, begins.after + this.most); seq++) this.event(name, seq)
  }

  frame(frame: object): void {
    if (!this.dead) this.hears?.text(JSON.stringify(frame))
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
  /** What is waited for before knocking again; the rest is what watches over a line. */
  get pauses(): { ms: number; work: () => void }[] {
    return this.timers.filter((one) => !WATCHES.has(one.ms))
  }
  async pause(): Promise<number> {
    const one = this.pauses[0]!
    this.timers = this.timers.filter((other) => other !== one)
    one.work()
    this.dead = false
    await this.in()
    return one.ms
  }
  /** So much time passes without a frame. */
  passes(ms: number): void {
    const one = this.timers.find((other) => other.ms === ms)!
    this.timers = this.timers.filter((other) => other !== one)
    one.work()
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

  it('counts what it took in before it was cut once more, and says where a stream was taken anew', async () => {
    const house = new House()
    house.room.join()
    await house.in()
    expect(house.anew).toBe(false)
    house.cut()
    house.log.table!.n = 6
    house.most = 1
    await house.pause()
    expect(house.got.table).toEqual(first(4))
    house.cut()
    house.most = Infinity
    await house.pause()
    expect(house.caughtUp.at(-1)).toBe(3)
    expect(house.anew).toBe(false)
    house.cut()
    house.log.table = { epoch: 2, n: 6 }
    await house.pause()
    expect(house.anew).toBe(true)
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
    expect(house.pauses).toEqual([])
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

  it('asks after a silence whether anybody is there, and comes in anew where nobody is', async () => {
    const house = new House()
    house.room.join()
    await house.in()
    house.passes(QUIET)
    expect(house.sent.at(-1)).toContain('"frame":"look"')
    expect(house.last()).toEqual(['in', null])
    house.dead = true
    house.passes(QUIET)
    house.log.table!.n = 5
    house.passes(DEAD)
    expect(house.last()).toEqual(['coming', null])
    expect(await house.pause()).toBe(1000)
    expect(house.got.table).toEqual(first(5))
    expect(house.caughtUp.at(-1)).toBe(2)
  })

  it('asks at once when somebody looks at it again, and takes any frame for an answer', async () => {
    const house = new House()
    house.room.join()
    await house.in()
    house.dead = true
    house.room.hurry()
    expect(house.timers.map((one) => one.ms)).toEqual([DEAD])
    house.dead = false
    house.write('table')
    expect(house.timers.map((one) => one.ms)).toEqual([QUIET])
  })

  it('does not wait for ever at a door that is not opened', async () => {
    const house = new House()
    house.dead = true
    house.room.join()
    await house.in()
    house.passes(ENTER)
    expect(house.last()).toEqual(['coming', null])
    await house.pause()
    expect(house.last()).toEqual(['in', null])
    house.room.leave()
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
        const what = dice(7)
        if (what === 0) house.cut()
        else if (what === 1 && house.pauses.length) await house.pause()
        else if (what === 2) house.log.table!.n++ // written, and the reader is told late or never
        else if (what === 3) house.log.notice = { epoch: house.log.notice!.epoch + 1, n: house.log.notice!.n }
        else if (what === 4) house.dead = true // whatever is written now is told to nobody
        else house.write(dice(2) ? 'table' : 'notice')
      }
      house.cut()
      while (house.pauses.length) await house.pause()
      expect(house.got).toEqual({ table: first(house.log.table!.n), notice: first(house.log.notice!.n) })
    }
  })
})
