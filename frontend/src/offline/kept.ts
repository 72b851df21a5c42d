import { within } from './db'
import { keeper } from './who'

/** What the API last answered a person, so that his phone opens without a network. Filled by the pages alone: the
 * browser's own store keeps nothing of it (`no-store`), and the service worker never sees it. */
interface Answer {
  person: string
  path: string
  body: unknown
  at: number
}

/** What workers and representatives look at. Lists of other people (roster, organisations, register) and what is
 * counted of a district are not kept; neither is any file. */
const KEEPS = /^\/api\/v1\/(me(\/waiting|\/inbox|\/polls)?|procedure|packs(\/[^/]+)?|polls\/[^/]+|negotiations(\/[^/]+(\/(next|deadlines|draft|clauses|timeline|views|files|urges|prepared\/[^/]+))?)?)$/
const MOST = 1_000_000 // letters of one answer
const ANSWERS = 400

export const keeps = (path: string): boolean => KEEPS.test(path.split('?')[0]!)

/** `person`: who had asked when the request went out; an answer that comes after he left is nobody's. */
export async function keep(person: string, path: string, body: unknown): Promise<void> {
  if (keeper() !== person || !keeps(path) || JSON.stringify(body).length > MOST) return
  await within('answers', 'readwrite', (store) => store.put({ person, path, body, at: Date.now() } satisfies Answer))
}

export async function find(person: string, path: string): Promise<Answer | null> {
  if (keeper() !== person) return null
  return within<Answer>('answers', 'readonly', (store) => store.get([person, path]))
}

/** Everything, of everybody. */
export async function wipe(): Promise<void> {
  await within('answers', 'readwrite', (store) => store.clear())
}

/** The oldest go where there are too many. */
export async function prune(): Promise<void> {
  const all = ((await within<Answer[]>('answers', 'readonly', (store) => store.getAll())) ?? []).sort((a, b) => b.at - a.at)
  for (const one of all.slice(ANSWERS)) await within('answers', 'readwrite', (store) => store.delete([one.person, one.path]))
}
