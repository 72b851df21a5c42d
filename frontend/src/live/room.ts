import type { Stream, TimelineEntry } from '@/api/documents'
import { Problem } from '@/api/problem'

/** The room of a case as docs/LIVE.md has it: comes in, takes what it misses, and comes back having missed nothing. */

export type Cursors = Partial<Record<Stream, [epoch: number, seq: number]>>
export type Entry = Omit<TimelineEntry, 'contested_by'>
/** `in`: connected and nothing missing. `coming`: on the way, for the first time or again. `over`: it does not come back by itself. */
export type Standing = 'coming' | 'in' | 'over'
export type Over = 'not_yours' | 'signed_out'

export interface Line {
  send(text: string): void
  close(): void
}
export interface Hears {
  opened(): void
  text(text: string): void
  closed(code: number): void
}
export interface World {
  /** Good once. Rejects with a Problem. */
  ticket(): Promise<string>
  open(hears: Hears): Line
  /** Do it later; the answer takes it back. */
  later(ms: number, work: () => void): () => void
}
export interface Told {
  happened(entry: Entry): void
  /** What is known of this stream is no longer what stands there. */
  forget(stream: Stream): void
  stands(now: Standing, why: Over | null): void
  /** All that was missed is here: how much that was; `anew`: a stream was taken anew, and what stood there before may have been other words. */
  caught(n: number, anew: boolean): void
  other(frame: { frame: string } & Record<string, unknown>): void
}

const PAUSES_MS = [1_000, 2_000, 4_000, 8_000, 16_000, 30_000]
const ENTER_MS = 15_000 // a line on which nothing was heard by then lets nobody in
const QUIET_MS = 20_000 // after so long a silence one asks whether anybody is there
const DEAD_MS = 10_000
const OVER: Record<number, Over> = { 4401: 'signed_out', 4404: 'not_yours' }

interface Begins { how: 'gap' | 'resync'; epoch: number; after: number; to: number }
type Frame = { frame: string } & Record<string, unknown>

export class Room {
  private line: Line | null = null
  private tries = 0
  private missed = 0
  private anew = false
  private wanted: Partial<Record<Stream, number>> = {}
  private standing: Standing = 'over'
  private undo: () => void = () => undefined
  /** What is done where nothing is heard: a line that was cut without a goodbye looks like a quiet one. */
  private unwatch: () => void = () => undefined
  private looks = 0
  /** Which connection speaks: an old one's last words are not heard. */
  private turn = 0

  constructor(private readonly world: World, private readonly cursors: Cursors, private readonly told: Told) {}

  join(): void {
    this.stand('coming', null)
    const turn = ++this.turn
    this.listen()
    this.world.ticket().then(
      (ticket) => turn === this.turn && this.enter(turn, ticket),
      (wrong: unknown) => turn === this.turn && this.refused(wrong),
    )
  }

  leave(): void {
    this.end(null)
  }

  /** Do not wait any longer: the network is back, or somebody looks at the page again. */
  hurry(): void {
    if (this.standing === 'in') return this.look()
    if (this.standing !== 'coming' || this.line) return
    this.undo()
    this.join()
  }

  /** Ask whether anybody is there; whatever comes is an answer. */
  private look(): void {
    this.watch(DEAD_MS, () => this.cut())
    this.send({ frame: 'look', id: `look${++this.looks}` })
  }

  /** Nobody is at the other end, and nobody said so. */
  private cut(): void {
    this.turn++
    this.line?.close()
    this.lost(0)
  }

  /** For what comes next, which is something: whoever is in asks for it, whoever comes in gets it. */
  private listen(): void {
    if (this.standing === 'in') this.watch(QUIET_MS, () => this.look())
    else if (this.standing === 'coming') this.watch(ENTER_MS, () => this.cut())
  }

  private watch(ms: number, work: () => void): void {
    this.unwatch()
    this.unwatch = this.world.later(ms, work)
  }

  send(frame: Frame): void {
    if (this.standing === 'in') this.line?.send(JSON.stringify(frame))
  }

  private enter(turn: number, ticket: string): void {
    this.line = this.world.open({
      opened: () => turn === this.turn && this.line?.send(JSON.stringify({ frame: 'auth', ticket, after: this.cursors })),
      text: (text) => turn === this.turn && this.heard(JSON.parse(text) as Frame),
      closed: (code) => turn === this.turn && this.lost(code),
    })
  }

  private heard(frame: Frame): void {
    this.listen()
    if (frame.frame === 'event') this.event(frame)
    else if (frame.frame === 'resync') this.resync(frame.stream as Stream, frame.epoch as number, frame.seq as number)
    else if (frame.frame === 'answer' && frame.id === 'auth') this.joined(frame)
    else this.told.other(frame)
  }

  private joined(frame: Frame): void {
    if (frame.status !== 200) return this.end('not_yours')
    this.tries = 0
    this.wanted = {}
    const streams = (frame.body as { streams: Partial<Record<Stream, Begins>> }).streams
    for (const gone of Object.keys(this.cursors) as Stream[]) if (!streams[gone]) this.drop(gone)
    for (const [name, begins] of Object.entries(streams) as [Stream, Begins][]) {
      if (begins.how === 'resync') this.resync(name, begins.epoch, begins.to)
      else this.cursors[name] = [begins.epoch, begins.after]
      this.wanted[name] = begins.to
    }
    this.complete()
  }

  private resync(stream: Stream, epoch: number, to: number): void {
    this.told.forget(stream)
    this.anew ||= (this.cursors[stream]?.[1] ?? 0) > 0
    this.cursors[stream] = [epoch, 0]
    this.wanted[stream] = to
  }

  private drop(stream: Stream): void {
    delete this.cursors[stream]
    this.told.forget(stream)
  }

  private event(frame: Frame): void {
    const stream = frame.stream as Stream
    const seq = frame.seq as number
    const [epoch, had] = this.cursors[stream] ?? [1, 0]
    if (seq <= had) return
    // a gap is a promise broken: nothing after it is taken, and what is missing is asked for by coming in anew
    if (seq !== had + 1) return this.again()
    this.cursors[stream] = [epoch, seq]
    if (this.standing !== 'in') this.missed++
    this.told.happened({ stream, seq, ...(frame.event as object) } as Entry)
    this.complete()
  }

  /** In, once every stream is where it was when the door was opened. */
  private complete(): void {
    if (this.standing === 'in') return
    const behind = (Object.entries(this.wanted) as [Stream, number][]).some(([name, to]) => (this.cursors[name]?.[1] ?? 0) < to)
    if (behind || !Object.keys(this.wanted).length) return
    this.stand('in', null)
    this.listen()
    this.told.caught(this.missed, this.anew)
    this.missed = 0
    this.anew = false
  }

  private lost(code: number): void {
    this.line = null
    if (OVER[code]) return this.end(OVER[code])
    if (code === 4403) return this.soon(0) // of what is left, at once
    this.soon(PAUSES_MS[Math.min(this.tries++, PAUSES_MS.length - 1)]!)
  }

  private again(): void {
    this.turn++
    this.line?.close()
    this.line = null
    this.soon(0)
  }

  private soon(ms: number): void {
    this.stand('coming', null)
    this.unwatch()
    this.undo()
    this.undo = this.world.later(ms, () => this.join())
  }

  private refused(wrong: unknown): void {
    if (wrong instanceof Problem && wrong.status === 401) return this.end('signed_out')
    if (wrong instanceof Problem && wrong.status === 404) return this.end('not_yours')
    this.soon(PAUSES_MS[Math.min(this.tries++, PAUSES_MS.length - 1)]!)
  }

  private end(why: Over | null): void {
    this.turn++
    this.undo()
    this.unwatch()
    this.line?.close()
    this.line = null
    this.stand('over', why)
  }

  private stand(now: Standing, why: Over | null): void {
    if (this.standing === now) return
    this.standing = now
    this.told.stands(now, why)
  }
}
