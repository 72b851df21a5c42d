import { defineStore } from 'pinia'
import { ref, watch } from 'vue'
import { ask } from '@/api/client'
import type { Stream, TimelineEntry } from '@/api/documents'
import { Room, type Cursors, type Entry, type Over, type Standing } from '@/live/room'
import { useCase } from '@/stores/case'
import { useConnection } from '@/stores/connection'
import { ends } from '@/tools/seen'

export interface Present { here: string[]; hands: string[]; typing: string[]; more: number }

const GRACE_MS = 5_000 // a loss that is over by then is none
const CAUGHT_MS = 20_000
const LOOK_MS = 150 // one look at the case for what arrives together

/** The room of the case that is open: what happens there arrives in the case's own entries. */
export const useRoom = defineStore('room', () => {
  const found = useCase()
  const connection = useConnection()
  const standing = ref<Standing>('over')
  const over = ref<Over | null>(null)
  /** Away for longer than the grace. */
  const away = ref(false)
  /** The last return: how long one was away, how much had been missed, and whether something stands there anew. */
  const back = ref<{ seconds: number; n: number; anew: boolean } | null>(null)
  /** Who is in a stream now, whose hand is up in which order, who is typing. */
  const present = ref<Partial<Record<Stream, Present>>>({})
  let room: Room | null = null
  let since = 0
  let [grace, shown, looks, joined] = [0, 0, 0, 0]

  function happened(entry: Entry): void {
    const one = { ...entry, facts: { ...(entry.facts as object), type: entry.type }, contested_by: [] } as unknown as TimelineEntry
    const known = found.entries.some((other) => other.stream === one.stream && other.seq === one.seq) // by a page that read the timeline meanwhile
    if (!known) found.entries = [...found.entries, one].sort((a, b) => a.at.localeCompare(b.at))
    if (!looks) looks = window.setTimeout(look, LOOK_MS) // and not later for what comes after: where much happens, one would never look
  }

  function look(): void {
    looks = 0
    void found.renew()
  }

  function other(frame: { frame: string } & Record<string, unknown>): void {
    if (frame.frame !== 'presence') return
    const { stream, here, hands, typing, more } = frame as unknown as Present & { stream: Stream }
    present.value = { ...present.value, [stream]: { here, hands, typing, more } }
  }

  /** A hand, or that one types: shown to whoever is in that stream, and kept by nobody. */
  const signal = (stream: Stream, kind: 'hand' | 'typing', on: boolean): void => room?.send({ frame: 'signal', stream, kind, on })

  function stands(now: Standing, why: Over | null): void {
    const was = standing.value
    standing.value = now
    over.value = why
    if (now !== 'in') present.value = {} // who is there is not known from here
    if (now === 'coming' && was === 'in') {
      since = Date.now()
      grace = window.setTimeout(() => (away.value = true), GRACE_MS)
    }
    if (now !== 'coming') {
      window.clearTimeout(grace)
      if (now === 'over') since = 0
    }
  }

  function caught(n: number, anew: boolean): void {
    if (since) void found.renew() // what was asked for meanwhile was not answered
    if (since && (away.value || n || anew)) {
      back.value = { seconds: Math.round((Date.now() - since) / 1000), n, anew }
      window.clearTimeout(shown)
      shown = window.setTimeout(() => (back.value = null), CAUGHT_MS)
    }
    away.value = false
    since = 0
  }

  /** Come in, with what the case knows already; where that cannot be read now, the room brings it as soon as there is a line. */
  async function join(): Promise<void> {
    leave()
    const turn = ++joined
    const [id, address] = [found.id, `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}${found.base}/live`]
    await found.loadTimeline().catch(() => undefined)
    if (turn !== joined || id !== found.id) return // he has gone on meanwhile
    const seqs = ends(found.entries)
    const versions = found.document?.versions ?? {}
    const cursors: Cursors = {}
    for (const [stream, [epoch]] of Object.entries(versions) as [Stream, [number, number]][]) cursors[stream] = [epoch, seqs[stream] ?? 0]
    room = new Room(
      {
        ticket: async () => (await ask<{ ticket: string }>('/api/v1/live-ticket', { case: id })).ticket,
        open: (hears) => {
          const socket = new WebSocket(address)
          socket.onopen = () => hears.opened()
          socket.onmessage = (message) => hears.text(String(message.data))
          socket.onclose = (end) => hears.closed(end.code)
          return { send: (text) => socket.send(text), close: () => socket.close(1000) }
        },
        later: (ms, work) => {
          const timer = window.setTimeout(work, ms)
          return () => window.clearTimeout(timer)
        },
      },
      cursors,
      { happened, stands, caught, forget: (stream) => (found.entries = found.entries.filter((one) => one.stream !== stream)), other },
    )
    back.value = null
    room.join()
  }

  function leave(): void {
    joined++
    room?.leave()
    room = null
    window.clearTimeout(looks)
    looks = 0
    away.value = false
    since = 0
  }

  watch(() => connection.away, (gone) => !gone && room?.hurry())
  document.addEventListener('visibilitychange', () => !document.hidden && room?.hurry())
  for (const name of ['online', 'offline']) window.addEventListener(name, () => room?.hurry()) // an open line may be a dead one

  return { standing, over, away, back, present, signal, join, leave }
})
