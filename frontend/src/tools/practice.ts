import { ask } from '@/api/client'
import type { Me, Step } from '@/api/documents'
import { dropAll } from '@/forms/draft'
import { useOutbox } from '@/stores/outbox'
import { useSession } from '@/stores/session'
import type { Practised } from './practised'

/** 演练: a sandbox at the same step, in the same seat. What one can be there is kept until the window closes. */
export interface Practice {
  district: string
  case: string
  login: string
  password: string
  people: { login: string; name: string; letter: string }[]
}

const KEPT = 'cloudnego.practice'
export const openPractice = (step: Step, pack: string, as: Practised): Promise<Practice> =>
  ask<Practice>('/api/v1/sandbox/practice', { step, pack, ...as })

export function keptPractice(): Practice | null {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT) ?? 'null') as Practice | null
  } catch {
    return null
  }
}

function keep(one: Practice | null): void {
  try {
    if (one) sessionStorage.setItem(KEPT, JSON.stringify(one))
    else sessionStorage.removeItem(KEPT)
  } catch {
    // a browser that keeps nothing: the accounts stand on the sheet, to be written down
  }
}

/** Out of the session one is in, which leaves nothing of it on this device, and into the practice as this person; the
 * page begins anew. */
export async function practiseAs(one: Practice, login: string): Promise<void> {
  await gone()
  const opened = await ask<{ me: Me; idle_s: number }>('/api/v1/session', { login, password: one.password, district: one.district, door: 'cookie' })
  useSession().enter(opened.me, opened.idle_s)
  keep({ ...one, login })
  location.assign(`/c/${one.case}`)
}

/** What has arrived at the server ends there, and gives its place back; without a network its time will. */
export async function endPractice(): Promise<void> {
  await ask('/api/v1/sandbox', undefined, undefined, 'DELETE').catch(() => undefined)
  await gone()
  keep(null)
  location.assign('/signin')
}

async function gone(): Promise<void> {
  await useOutbox().dropAll()
  dropAll()
  await useSession().leave()
}
