import { Problem } from '@/api/problem'
import { b64, hex, unb64, unhex, utf8 } from './bytes.ts'
import { CAST_BYTES, Marked, padded, placeOf, type Cast } from './ballot.ts'
import { NotTrue } from './blind.ts'
import { received, type Poll } from './opening.ts'
import { draw, Root } from './secret.ts'

/** The way of a ballot from a marked sheet to the box, and what lies on the phone at each step of it. No DOM, no clock of its own. */

/** What a phone keeps of one vote. Once it is in the box, the choice is gone from here. */
export interface Kept {
  readonly secret: string
  readonly choice: string | null
  readonly cast: Cast | null
  readonly place: string | null
  readonly receipt: string | null
}

export type Stage = 'marking' | 'asking' | 'waiting' | 'casting' | 'offline'

export interface World {
  /** Before anything goes out; whether the device kept it. */
  keep(kept: Kept): Promise<boolean>
  /** As this voter. Raises Problem. */
  issue(blinded: string): Promise<string>
  /** As nobody. Raises Problem. */
  cast(body: string): Promise<{ place: string; receipt: string }>
  pause(ms: number): Promise<void>
  stage(now: Stage): void
  /** For tests: how long a secret is stretched. */
  rounds?: number
}

const LEAST_MS = 3_000
const SPREAD_MS = 12_000
const AGAIN_MS = 5_000

/** Three to fifteen seconds, so that who was signed a ballot and which one came lie apart. */
export const waits = (): number => LEAST_MS + Math.floor((crypto.getRandomValues(new Uint32Array(1))[0]! / 2 ** 32) * SPREAD_MS)

export const marked = (choice: string, secret: string = draw()): Kept => ({ secret, choice, cast: null, place: null, receipt: null })

/** On to the end from wherever it stands. Raises Problem where it was refused, NotTrue where an answer is not what it must be:
 * what lies on the phone stays, and the same call goes on with the same bytes. */
export async function go(poll: Poll, from: Kept, world: World): Promise<Kept> {
  let kept = from
  if (kept.receipt) return kept
  if (!kept.cast) {
    if (kept.choice === null) throw new NotTrue('choice')
    world.stage('marking')
    const sheet = await Marked.of(poll.key, poll, kept.secret, kept.choice, world.rounds)
    world.stage('asking')
    const signature = await lasting(world, 'asking', () => world.issue(b64(sheet.blinded)))
    kept = { ...kept, cast: await sheet.signed(unb64(signature)) }
    await world.keep(kept)
  }
  const cast = kept.cast!
  world.stage('waiting')
  await world.pause(waits())
  world.stage('casting')
  const body = padded(poll.id, cast)
  if (utf8(body).length !== CAST_BYTES) throw new NotTrue('size')
  const told = await lasting(world, 'casting', () => world.cast(body))
  const place = await placeOf(poll, unhex(cast.nonce), cast.choice)
  if (told.place !== place || !(await received(poll, place, told.receipt))) throw new NotTrue('receipt')
  kept = { secret: kept.secret, choice: null, cast: null, place, receipt: told.receipt }
  await world.keep(kept)
  return kept
}

/** A network that is away comes back; the same bytes go again. */
async function lasting<T>(world: World, stage: Stage, work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work()
    } catch (wrong) {
      if (!(wrong instanceof Problem) || !(wrong.mayRetry || wrong.status >= 500)) throw wrong
      world.stage('offline')
      await world.pause(Math.max(AGAIN_MS, 1000 * (wrong.retryAfter ?? 0)))
      world.stage(stage)
    }
  }
}

/** Which line of the laid-open list is mine, counted from one; null where it is missing. */
export async function lineOf(poll: Poll, secret: string, list: string, rounds?: number): Promise<number | null> {
  const nonce = hex(await (await Root.of(secret, unhex(poll.poll), rounds)).nonce())
  const at = list.split('\n').findIndex((line) => line.startsWith(`${nonce} `))
  return at < 0 ? null : at + 1
}
