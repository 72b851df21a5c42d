import createClient from 'openapi-fetch'
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
  /** Whether the server answered at all. */
  reached: (yes: boolean) => void
}

const doors: Doors = {
  signIn: () => undefined,
  stepUp: () => Promise.resolve(false),
  actingAs: () => null,
  reached: () => undefined,
}

export function install(some: Partial<Doors>): void {
  Object.assign(doors, some)
}

const UNSAFE = new Set(['POST', 'PUT', 'PATCH', 'DELETE'])
/** Doors that answer 401 or 403 of their own: a wrong password is no reason to leave the page. */
const OWN_ANSWER = /\/api\/v1\/(session|invitation)(\/|$)/

async function send(request: Request): Promise<Response> {
  try {
    const answer = await fetch(request)
    doors.reached(true)
    return answer
  } catch {
    doors.reached(false)
    throw offline()
  }
}

/** Every request goes through here: headers of the cookie door, a proof where one is wanted, one kind of failure. */
export async function guarded(request: Request): Promise<Response> {
  if (UNSAFE.has(request.method)) request.headers.set('X-CloudNego', '1')
  const seat = doors.actingAs()
  if (seat && !request.headers.has('X-Acting-As')) request.headers.set('X-Acting-As', seat)
  const again = request.clone()
  const answer = await send(request)
  if (answer.ok || answer.status === 304) return answer
  const problem = await problemOf(answer)
  const own = OWN_ANSWER.test(new URL(request.url).pathname)
  if (problem.status === 401 && !own) doors.signIn()
  if (problem.code === 'step_up_needed') {
    const means = problem.document.step_up?.means ?? []
    if (await doors.stepUp(means)) return guarded(again)
  }
  throw problem
}

export const api = createClient<paths>({
  baseUrl: location.origin,
  credentials: 'same-origin',
  fetch: guarded,
})

/** The answer's body; openapi-fetch types it, and `guarded` threw if there is none. */
export async function got<T>(call: Promise<{ data?: T }>): Promise<T> {
  return (await call).data as T
}

/** For addresses made at run time (commands of a case): JSON in, JSON out. */
export async function ask<T>(path: string, body: unknown, key?: string, method = 'POST'): Promise<T> {
  const headers: Record<string, string> = {}
  if (body !== undefined) headers['Content-Type'] = 'application/json'
  if (key) headers['Idempotency-Key'] = key
  const request = new Request(new URL(path, location.origin), {
    method,
    headers,
    credentials: 'same-origin',
    body: body === undefined ? undefined : JSON.stringify(body),
  })
  const answer = await guarded(request)
  return (answer.status === 204 ? undefined : await answer.json()) as T
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
