/** Whose content lies on this device, and how long it may: as long as his session could go on without a server. */
export interface Keeper {
  person: string
  idle_s: number
  /** When the server last answered him, by this device's clock. */
  seen: number
}

const KEY = 'cloudnego.kept'
const IDLE_S = 43_200 // what a server says of itself at sign-in; this where somebody was signed in before we asked
const NOTED_MS = 60_000
const CLOCK_MS = 600_000 // a clock that was set back further than this is not believed

function read(): Keeper | null {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? 'null') as Keeper | null
  } catch {
    return null
  }
}

function write(keeper: Keeper | null): boolean {
  try {
    if (keeper) localStorage.setItem(KEY, JSON.stringify(keeper))
    else localStorage.removeItem(KEY)
    return true
  } catch {
    return false // a browser that keeps nothing
  }
}

/** Who it is, while his session could still go on. */
export function keeper(now = Date.now()): string | null {
  const found = read()
  if (!found) return null
  return now < found.seen + found.idle_s * 1000 && now > found.seen - CLOCK_MS ? found.person : null
}

/** Whether somebody else, or nobody whose time still runs, was noted before. */
export function note(person: string, idleS: number | null, now = Date.now()): boolean {
  const before = read()
  const same = before?.person === person && keeper(now) === person
  write({ person, idle_s: idleS ?? (same ? before.idle_s : IDLE_S), seen: now })
  return !same
}

/** The server answered him. */
export function seen(now = Date.now()): void {
  const found = read()
  if (found && Math.abs(now - found.seen) > NOTED_MS && keeper(now)) write({ ...found, seen: now })
}

export const nobody = (): void => void write(null)

/** Another tab of this browser became somebody else's, or nobody's: what this one shows is not his. */
export function onOther(person: () => string | null, work: () => void): void {
  window.addEventListener('storage', (event) => {
    if (event.key === KEY && person() && read()?.person !== person()) work()
  })
}
