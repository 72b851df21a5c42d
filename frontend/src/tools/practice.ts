import { ask } from '@/api/client'
import type { Step } from '@/api/documents'
import { wipe } from '@/offline/kept'
import { nobody } from '@/offline/who'
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

/** What this device kept of whoever was here goes with his session. */
async function leave(): Promise<void> {
  await ask('/api/v1/session', undefined, undefined, 'DELETE')
  nobody()
  await wipe()
}

/** Out of the session one is in, into the practice as this person; the page begins anew. */
export async function practiseAs(one: Practice, login: string): Promise<void> {
  await leave()
  await ask('/api/v1/session', { login, password: one.password, district: one.district, door: 'cookie' })
  keep({ ...one, login })
  location.assign(`/c/${one.case}`)
}

export async function endPractice(): Promise<void> {
  await leave()
  keep(null)
  location.assign('/signin')
}
