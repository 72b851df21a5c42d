import { computed, ref, shallowRef } from 'vue'
import { ask, Problem } from '@/api/client'
import { problemOf, offline } from '@/api/problem'
import type { components } from '@/api/schema'
import { dropBallot, dropOldBallots, findBallot, keepBallot } from '@/offline/ballots'
import { useConnection } from '@/stores/connection'
import { useSession } from '@/stores/session'
import { NotTrue } from '@/tools/ballot/blind'
import { chosen } from '@/tools/ballot/ballot'
import { believed, type Body, type Poll } from '@/tools/ballot/opening'
import { go, marked, type Kept, type Stage } from '@/tools/ballot/way'

type Said = components['schemas']['PollDocument']
/** `GET /polls/{poll}`; `opening` is believed once its hash was reckoned here, the rest is a convenience. */
export type PollDocument = Omit<Said, 'opening'> & { opening: Body }

/** What a browser needs to vote: an old one, or a page that came without https, has it not. */
export const able = (): boolean => typeof BigInt === 'function' && !!globalThis.crypto?.subtle

const GONE = new Set(['ballot_issued', 'ballot_on_paper', 'not_on_the_roll'])

/** One vote at this phone: what is known of it, and the ballot that lies here. `brief`: a kiosk, which forgets. */
export function useBallot(id: string, brief: boolean) {
  const session = useSession()
  const connection = useConnection()
  const document = shallowRef<PollDocument | null>(null)
  const poll = shallowRef<Poll | null>(null)
  const kept = shallowRef<Kept | null>(null)
  const stage = ref<Stage | null>(null)
  const failed = ref<Error | null>(null)
  const refused = ref<Problem | NotTrue | null>(null)
  /** This device keeps nothing: the secret is to be written down before anything goes out. */
  const unkept = shallowRef<Kept | null>(null)
  const person = (): string => session.me?.person ?? ''

  async function load(): Promise<void> {
    void dropOldBallots()
    try {
      const found = await ask<PollDocument>(`/api/v1/polls/${id}`, undefined, undefined, 'GET')
      if (able()) {
        poll.value = await believed(id, found.opening, found.hash, found.key.modulus)
        if (!stage.value) kept.value = (await findBallot(person(), id)) ?? kept.value // before anything is shown
      }
      document.value = found
      failed.value = null
    } catch (wrong) {
      if (!document.value || wrong instanceof NotTrue) failed.value = wrong as Error // else what was last known stays
    }
  }

  const keep = async (now: Kept): Promise<boolean> => {
    kept.value = now
    if (brief && now.receipt) {
      await dropBallot(person(), id)
      return true
    }
    return keepBallot(person(), id, now)
  }

  async function issue(blinded: string): Promise<string> {
    return (await ask<{ signature: string }>(`/api/v1/polls/${id}/issue`, { blinded })).signature
  }

  /** As nobody: no cookie, no name, one size. */
  async function cast(body: string): Promise<{ place: string; receipt: string }> {
    let answer: Response
    try {
      answer = await fetch('/api/v1/ballots', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body, credentials: 'omit', cache: 'no-store', redirect: 'error', referrerPolicy: 'no-referrer' })
      connection.reached(true)
    } catch {
      connection.reached(false)
      throw offline()
    }
    if (!answer.ok) throw await problemOf(answer)
    return answer.json() as Promise<{ place: string; receipt: string }>
  }

  const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

  async function run(from: Kept): Promise<void> {
    if (stage.value || !poll.value) return
    const whole = poll.value
    refused.value = null
    stage.value = 'marking'
    try {
      await alone(id, async () => {
        await go(whole, from, { keep, issue, cast, pause, stage: (now) => (stage.value = now) })
      })
    } catch (wrong) {
      if (!(wrong instanceof Problem || wrong instanceof NotTrue)) throw wrong
      refused.value = wrong
      if (wrong instanceof Problem && !kept.value?.cast && (GONE.has(wrong.code) || wrong.code === 'poll_closed')) await forget()
    } finally {
      stage.value = null
    }
    await load()
  }

  /** A sheet that was marked here. Another window may have begun before: then that one goes on. */
  async function begin(picked: readonly string[], secret?: string): Promise<void> {
    if (stage.value || !poll.value) return
    const before = await findBallot(person(), id)
    if (before) {
      kept.value = before
      return
    }
    const sheet = marked(chosen(poll.value, picked), secret)
    if (await keep(sheet)) await run(sheet)
    else if (secret) await run(sheet)
    else unkept.value = sheet
  }

  /** It was written down by hand. */
  async function noted(): Promise<void> {
    const sheet = unkept.value
    unkept.value = null
    if (sheet) await run(sheet)
  }

  const resume = async (): Promise<void> => void (kept.value && (await run(kept.value)))

  /** Nothing was signed for it: the voter may mark another one, under another secret. */
  async function forget(): Promise<void> {
    kept.value = null
    await dropBallot(person(), id)
  }

  /** Another choice, where the server says now that it signed nothing for this one. */
  async function anew(): Promise<void> {
    await load()
    if (fresh.value && !connection.away) await forget()
  }

  const fresh = computed(() => !!kept.value && !kept.value.cast && !kept.value.receipt && document.value?.mine === 'open')

  return { document, poll, kept, stage, failed, refused, unkept, fresh, load, begin, noted, resume, anew }
}

/** Two windows of one phone, one after the other. */
const alone = <T>(id: string, work: () => Promise<T>): Promise<T> => (navigator.locks ? (navigator.locks.request(`cloudnego.ballot.${id}`, work) as Promise<T>) : work())
