import createClient from 'openapi-fetch'
import { find, keep, keeps } from '@/offline/kept'
import { keeper, seen } from '@/offline/who'
import type { paths } from './schema'
import { offline, Problem, problemOf, type Means } from './problem'

/** What the shell does when a request needs more than this module may do by itself. */
interface Doors {
  /** Nobody is signed in: go to the sign-in page, and come back here afterwards. */
  signIn: () => void
  /** A binding act wants a proof: show the sheet; true when the proof was given. */
  stepUp: (means: Means[]) => Promise<boolean>
  /** The membership chosen in the name menu, or null. */
  actingAs: () => string | null
  /** Whom the page shows: what it asks for him is not done as somebody else, whoever's the cookie is by now. */
  person: () => string | null
  /** Whether the server answered at all. */
  reached: (yes: boolean) => void
  /** What is shown lay on this device, and was so at that time. */
  shown: (at: number) => void
}

const doors: Doors = {
  signIn: () => undefined,
  stepUp: () => Promise.resolve(false),
  actingAs: () => null,
  person: () => null,
  reached: () => undefined,
  shown: () => undefined,
}

export function install(some: Partial<Doors>): void {
  Object.assign(doors, some)
}

const UNSAFE = new Set(['POST', 'PUT', 'PATCH', 'DELETE'])
/** On an answer that lay on this device: when it was given. No server says this. */
export const KEPT_AT = 'X-Kept-At'
const READ_MS = 20_000
/** Doors that answer 401 or 403 of their own: a wrong password is no reason to leave the page. */
const OWN_ANSWER = /\/api\/v1\/(session|invitation)(\/|$)/

/** How a request differs from one that somebody waits for. */
export interface How {
  /** Nobody looks on: no sheet is shown, and the seat is `seat`, whatever is chosen now. */
  alone?: boolean
  seat?: string | null
  person?: string
  /** A network that has not answered by then is none. */
  within?: number
  /** Of the key on this device, over this act. */
  signature?: string
}

async function send(request: Request, within?: number): Promise<Response> {
  try {
    const answer = await fetch(request, within && AbortSignal.timeout ? { signal: AbortSignal.timeout(within) } : undefined)
    doors.reached(true)
    seen()
    return answer
  } catch {
    doors.reached(false)
    throw offline()
  }
}

/** Every request goes through here: headers of the cookie door, a proof where one is wanted, one kind of failure. */
export async function guarded(request: Request, how: How = {}): Promise<Response> {
  if (UNSAFE.has(request.method)) request.headers.set('X-CloudNego', '1')
  const person = how.person ?? doors.person()
  if (person && !OWN_ANSWER.test(new URL(request.url).pathname)) request.headers.set('X-Person', person)
  const seat = how.alone ? how.seat : doors.actingAs()
  if (seat && !request.headers.has('X-Acting-As')) request.headers.set('X-Acting-As', seat)
  if (request.method === 'GET') return read(request)
  return answered(request, request.clone(), await send(request, how.within), how)
}

/** What was asked for is kept for whoever asks; without a network that is what he gets. */
async function read(request: Request): Promise<Response> {
  const { pathname, search } = new URL(request.url)
  const [path, person] = [pathname + search, keeps(pathname) ? keeper() : null]
  const again = request.clone()
  let answer: Response
  try {
    answer = await send(request, person ? READ_MS : undefined)
  } catch (lost) {
    const old = person ? await find(person, path) : null
    if (!old) throw lost
    doors.shown(old.at)
    return new Response(JSON.stringify(old.body), { headers: { 'Content-Type': 'application/json', [KEPT_AT]: String(old.at) } })
  }
  answer = await answered(request, again, answer)
  if (person && answer.status === 200) void answer.clone().json().then((body) => keep(person, path, body), () => undefined)
  return answer
}

async function answered(request: Request, again: Request, answer: Response, how: How = {}): Promise<Response> {
  if (answer.ok || answer.status === 304) return answer
  const problem = await problemOf(answer)
  const own = OWN_ANSWER.test(new URL(request.url).pathname)
  if (problem.status === 401 && !own) doors.signIn()
  if (problem.code === 'step_up_needed' && !how.alone) {
    const means = problem.document.step_up?.means ?? []
    if (await doors.stepUp(means)) return guarded(again)
  }
  throw problem
}

export const api = createClient<paths>({
  baseUrl: location.origin,
  credentials: 'same-origin',
  fetch: (request: Request) => guarded(request),
})

/** The answer's body; openapi-fetch types it, and `guarded` threw if there is none. */
export async function got<T>(call: Promise<{ data?: T }>): Promise<T> {
  return (await call).data as T
}

/** For addresses made at run time (commands of a case): JSON in, JSON out. */
export async function ask<T>(path: string, body: unknown, key?: string, method = 'POST', how: How = {}): Promise<T> {
  const headers: Record<string, string> = {}
  if (body !== undefined) headers['Content-Type'] = 'application/json'
  if (key) headers['Idempotency-Key'] = key
  if (how.signature) headers['Device-Signature'] = how.signature
  const request = new Request(new URL(path, location.origin), {
    method,
    headers,
    credentials: 'same-origin',
    body: body === undefined ? undefined : JSON.stringify(body),
  })
  const answer = await guarded(request, how)
  return (answer.status === 204 ? undefined : await answer.json()) as T
}

/** Where an opinion went, by its code: nobody asks who looks, so neither cookie nor person goes along. */
export async function followed<T>(code: string): Promise<T> {
  const asked = new Request(new URL('/api/v1/opinions/follow', location.origin), {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ code }), credentials: 'omit', cache: 'no-store', referrerPolicy: 'no-referrer',
  })
  const answer = await send(asked)
  if (!answer.ok) throw await problemOf(answer)
  return (await answer.json()) as T
}

/** Stop mails to whoever got the letter of this mark (RFC 8058): the mark alone says whose, so no cookie goes along.
 * False where it is none. */
export async function stopMails(mark: string): Promise<boolean> {
  const asked = new Request(new URL(`/unsubscribe/${encodeURIComponent(mark)}`, location.origin), {
    method: 'POST', body: new URLSearchParams({ 'List-Unsubscribe': 'One-Click' }), credentials: 'omit', cache: 'no-store', referrerPolicy: 'no-referrer',
  })
  const answer = await send(asked)
  if (!answer.ok && answer.status !== 404) throw await problemOf(answer)
  return answer.ok
}

/** Bytes of a file, laid into a stream of a case. */
export async function layFile(caseId: string, stream: string, file: File): Promise<{ sha256: string; name: string }> {
  const where = new URL(`/api/v1/negotiations/${caseId}/files`, location.origin)
  where.searchParams.set('stream', stream)
  where.searchParams.set('name', file.name)
  const request = new Request(where, {
    method: 'POST',
    headers: { 'Content-Type': file.type || 'application/octet-stream' },
    credentials: 'same-origin',
    body: file,
  })
  return (await guarded(request)).json() as Promise<{ sha256: string; name: string }>
}

/** A name for one act. Kept with its draft, so that a repeated request is the same act. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (one) => one.toString(16).padStart(2, '0')).join('')
}

export { Problem }
