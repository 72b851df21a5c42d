import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import { ask } from '@/api/client'
import type { Receipt } from '@/api/documents'
import { dropDraft, readDraft } from '@/forms/draft'
import { alone, box, dropForgotten } from '@/offline/box'
import { there } from '@/offline/db'
import { Outbox, type Act, type Outcome } from '@/offline/outbox'
import { keeper } from '@/offline/who'
import { useCase } from '@/stores/case'
import { useConnection } from '@/stores/connection'
import { useSession } from '@/stores/session'
import { useStepUp } from '@/stores/stepup'
import { useTodo } from '@/stores/todo'

const SEND_MS = 30_000 // a request that hangs longer is one that was not answered
const JUST_MS = 60_000 // whoever has just shown a proof is not asked again, whatever this device's clock says
const [FIRST_MS, MOST_MS] = [4_000, 60_000]

/** What is on its way, of whoever is signed in. */
export const useOutbox = defineStore('outbox', () => {
  const session = useSession()
  const connection = useConnection()
  const stepUp = useStepUp()
  const acts = shallowRef<Act[]>([])
  /** Whether this browser keeps anything; where not, an act goes out as it always did. */
  const able = ref(false)
  const open = computed(() => acts.value.filter((one) => one.state !== 'sent'))
  const others = typeof BroadcastChannel === 'function' ? new BroadcastChannel('cloudnego.outbox') : null
  let [timer, pause] = [0, FIRST_MS]

  const outbox = new Outbox({
    box,
    alone,
    send: (act) => ask<Receipt>(act.path, act.body, act.key, 'POST', { alone: true, seat: act.seat, person: act.person, within: SEND_MS, signature: act.signature }),
    proved: () => session.proved() || Date.now() < stepUp.shown + JUST_MS,
    who: () => (session.me?.person === keeper() ? keeper() : null),
    now: Date.now,
  })

  /** An act that stands behind one of its own case which cannot go on. */
  const behind = (act: Act): boolean => open.value.some((one) => one.id < act.id && one.case === act.case && one.state !== 'waiting')

  async function begin(): Promise<void> {
    able.value = (await there()) && keeper() !== null && keeper() === session.me?.person
    acts.value = []
    if (!able.value) return
    await dropForgotten()
    await read()
    await flush()
  }

  async function read(): Promise<void> {
    const person = session.me?.person
    const before = acts.value
    acts.value = person ? await outbox.list(person) : []
    for (const one of acts.value) {
      // what lies here is no draft any more: it would be a second way to the same act
      if (readDraft(one.person, one.case, one.command)?.key === one.key) dropDraft(one.person, one.case, one.command)
      if (one.state === 'sent' && before.some((old) => old.id === one.id && old.state !== 'sent')) arrived(one)
    }
  }

  function arrived(act: Act): void {
    void useTodo().load()
    if (useCase().id === act.case) void useCase().refresh()
  }

  /** Something was changed here: the other tabs look again. */
  async function changed(): Promise<void> {
    await read()
    others?.postMessage(null)
    window.clearTimeout(timer)
    if (open.value.some((one) => one.state === 'waiting' && !behind(one))) timer = window.setTimeout(() => void flush(), pause)
  }

  async function flush(): Promise<void> {
    const sent = (): number => acts.value.filter((one) => one.state === 'sent').length
    const before = sent()
    const after = await outbox.flush()
    pause = after ? after * 1000 : Math.min(pause * 2, MOST_MS)
    await read()
    if (sent() > before) pause = FIRST_MS
    await changed()
  }

  /** Send an act now, or keep it. A proof that is missing is asked for while there is a network to show it through. */
  async function take(act: Omit<Act, 'id' | 'state' | 'tries'>): Promise<Outcome> {
    pause = FIRST_MS
    let outcome = await outbox.take(act)
    while (outcome.kind === 'waits' && outcome.act.state === 'proof' && !connection.away) {
      const problem = outcome.act.problem
      if (await stepUp.prove(problem?.document.step_up?.means ?? session.me?.means ?? [])) outcome = await outbox.settle(outcome.act)
      else if (!connection.away) {
        await outbox.drop(outcome.act) // the sheet was put away: nothing happened
        break
      }
    }
    await changed()
    return outcome
  }

  async function again(act: Act): Promise<void> {
    await outbox.again(act)
    await changed()
  }

  async function prove(act: Act): Promise<void> {
    if (session.proved() && !act.problem) return again(act)
    if (await stepUp.prove(act.problem?.document.step_up?.means ?? session.me?.means ?? [])) await again(act)
  }

  async function drop(act: Act): Promise<void> {
    await outbox.drop(act)
    await changed()
    await flush()
  }

  /** Whoever leaves this device leaves nothing on it. */
  async function dropAll(): Promise<void> {
    for (const one of acts.value) await outbox.drop(one)
    acts.value = []
    others?.postMessage(null)
  }

  if (others) others.onmessage = () => void read()
  watch(() => session.me?.person, begin, { immediate: true })
  watch(() => connection.away, (away) => !away && able.value && void flush())
  document.addEventListener('visibilitychange', () => !document.hidden && able.value && open.value.length && void flush())

  return { acts, open, able, behind, begin, take, again, prove, drop, dropAll }
})
