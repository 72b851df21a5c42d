import type { Receipt } from '@/api/documents'
import { Problem, type ProblemDocument } from '@/api/problem'

/** An act on its way. It lies on this device before it goes out, so that neither a lost network nor a reload loses it,
 * and goes out under one name, so that it is done once however often it is sent. */
export interface Act {
  id: number
  person: string
  /** The Idempotency-Key. */
  key: string
  path: string
  body: unknown
  /** The membership it was written for, where one was chosen. */
  seat: string | null
  command: string
  case: string
  /** Whose case, in words. */
  name: string
  binding: boolean
  /** Of the key on this device, where the act goes out with it. */
  signature?: string
  /** What was typed, to take it up again in its form. */
  raw: Record<string, unknown>
  at: number
  /** `proof`: it binds, and wants to be shown again who sends it. */
  state: 'waiting' | 'proof' | 'refused' | 'sent'
  /** How often it went out; from the first time on it may have arrived. */
  tries: number
  problem?: { status: number; code: string; document: Partial<ProblemDocument> }
  receipt?: Receipt
  done?: number
}

/** Where acts lie; `open` by the order they were written in. */
export interface Box {
  add(act: Omit<Act, 'id'>): Promise<number>
  all(person: string): Promise<Act[]>
  put(act: Act): Promise<void>
  drop(id: number): Promise<void>
}

export interface World {
  box: Box
  /** One tab at a time; the others wait. */
  alone<T>(work: () => Promise<T>): Promise<T>
  /** Raises Problem. */
  send(act: Act): Promise<Receipt>
  /** Whether a proof was shown that still counts. */
  proved(): boolean
  /** Who is signed in. */
  who(): string | null
  now(): number
}

export type Outcome = { kind: 'sent'; receipt: Receipt } | { kind: 'refused'; problem: Problem } | { kind: 'waits'; act: Act }

const SENT_KEPT_MS = 86_400_000
/** After so many failures of the server itself, one act does not hold the others up any longer. */
const FAILURES = 5

export const problemIn = (act: Act): Problem | null => (act.problem ? new Problem(act.problem.status, act.problem.code, act.problem.document) : null)

export class Outbox {
  constructor(private readonly world: World) {}

  /** An act that somebody asks now: it is laid down, sent after those before it, and what became of it is said. */
  async take(act: Omit<Act, 'id' | 'state' | 'tries'>): Promise<Outcome> {
    const laid = { ...act, state: 'waiting' as const, tries: 0 }
    return this.settle({ ...laid, id: await this.world.box.add(laid) })
  }

  /** The same for one that lies here. Done or refused while he looks on, it need not be kept. */
  async settle(act: Act): Promise<Outcome> {
    await this.again(act)
    const found = (await this.world.box.all(act.person)).find((one) => one.id === act.id)
    if (found?.receipt) {
      await this.world.box.drop(act.id)
      return { kind: 'sent', receipt: found.receipt }
    }
    const problem = found?.state === 'refused' ? problemIn(found) : null
    if (problem) {
      await this.world.box.drop(act.id)
      return { kind: 'refused', problem }
    }
    return { kind: 'waits', act: found ?? act }
  }

  /** Send what waits, in order. Behind an act that cannot go on, those of the same case wait: they were written after it.
   * Returns how long the server wants to be left alone, in seconds, if it said so. */
  flush(): Promise<number | null> {
    return this.world.alone(async () => {
      const { box, who } = this.world
      const person = who()
      if (!person) return null
      const stands = new Set<string>()
      for (const act of await box.all(person)) {
        if (act.state === 'sent' || stands.has(act.case)) continue
        if (who() !== person) return null
        const went = act.state === 'waiting' ? await this.once(act) : 'stands'
        if (typeof went === 'object') return went.after
        if (went === 'stands') stands.add(act.case)
      }
      return null
    })
  }

  private async once(act: Act): Promise<'sent' | 'stands' | { after: number | null }> {
    const { box, send, proved, now } = this.world
    if (act.binding && !proved()) {
      await box.put({ ...act, state: 'proof' })
      return 'stands'
    }
    const out = { ...act, tries: act.tries + 1 }
    await box.put(out) // before it goes: a reload must know that it may have arrived
    try {
      const receipt = await send(out)
      await box.put({ ...out, state: 'sent', receipt, problem: undefined, done: now() })
      return 'sent'
    } catch (wrong) {
      if (!(wrong instanceof Problem)) throw wrong
      const problem = { status: wrong.status, code: wrong.code, document: wrong.document }
      if (wrong.code === 'step_up_needed') {
        await box.put({ ...out, state: 'proof', problem })
        return 'stands'
      }
      // nobody answered, nobody is signed in, or the server itself failed: the same act later
      if (wrong.mayRetry || wrong.status === 401 || (wrong.status >= 500 && out.tries < FAILURES)) return { after: wrong.retryAfter }
      await box.put({ ...out, state: 'refused', problem })
      return 'stands'
    }
  }

  /** Once more: after a refusal, or after a proof. The name stays, so that it is not done twice. */
  async again(act: Act): Promise<void> {
    await this.world.box.put({ ...act, state: 'waiting', problem: undefined })
    await this.flush()
  }

  drop(act: Act): Promise<void> {
    return this.world.box.drop(act.id)
  }

  /** What this person has lying here; what was sent is shown for a day. */
  async list(person: string): Promise<Act[]> {
    const all = await this.world.box.all(person)
    const old = all.filter((one) => one.state === 'sent' && (one.done ?? 0) < this.world.now() - SENT_KEPT_MS)
    for (const one of old) await this.world.box.drop(one.id)
    return all.filter((one) => !old.includes(one))
  }
}
