import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { api, ask, KEPT_AT, Problem } from '@/api/client'
import type { Me } from '@/api/documents'
import { keep, prune, wipe } from '@/offline/kept'
import { nobody, note, onOther } from '@/offline/who'

const ME = '/api/v1/me'
const LEAVING = 'cloudnego.leaving'

/** Who is signed in, as what, and what time it is in his district. */
export const useSession = defineStore('session', () => {
  const me = ref<Me | null>(null)
  const known = ref(false)
  const seat = ref<string | null>(null)
  let ahead = 0

  /** `idleS`: how long a session may rest, which is said at sign-in. */
  function enter(found: Me, idleS: number | null = null): void {
    if (idleS !== null) leaving(false)
    const before = note(found.person, idleS) ? wipe() : prune() // another one's content is gone before anything of his is kept
    void before.then(() => keep(found.person, ME, found))
    show(found, Date.now())
  }

  function show(found: Me, at: number): void {
    me.value = found
    known.value = true
    ahead = Date.parse(found.district.now) - at
    if (!found.memberships.some((one) => one.id === seat.value)) seat.value = null
  }

  /** Ask who I am; nobody is an answer too. */
  async function look(): Promise<Me | null> {
    try {
      if (leaving()) await end()
      const { data, response } = await api.GET(ME, {})
      const kept = Number(response.headers.get(KEPT_AT))
      if (kept) show(data!, kept)
      else enter(data!)
    } finally {
      known.value = true
    }
    return me.value
  }

  async function end(): Promise<void> {
    await ask('/api/v1/session', undefined, undefined, 'DELETE').catch((wrong: unknown) => {
      if (!(wrong instanceof Problem) || wrong.status !== 401) throw wrong
    })
    leaving(false)
  }

  /** Without a network the device forgets at once, and the session is ended before anything else is asked. */
  async function leave(): Promise<void> {
    leaving(true)
    forget()
    await end().catch(() => undefined)
  }

  /** Nobody is signed in: what this device kept of somebody is gone. */
  function forget(): void {
    me.value = null
    seat.value = null
    nobody()
    void wipe()
  }

  function leaving(now?: boolean): boolean {
    try {
      if (now === true) localStorage.setItem(LEAVING, '1')
      if (now === false) localStorage.removeItem(LEAVING)
      return localStorage.getItem(LEAVING) !== null
    } catch {
      return false
    }
  }
  onOther(() => me.value?.person ?? null, () => location.reload())

  /** The day in the district: a sandbox has a clock of its own. */
  const today = computed(() => {
    void me.value
    return new Date(Date.now() + ahead + 8 * 3_600_000).toISOString().slice(0, 10)
  })

  /** Whether a proof shown in this session still counts; what an act wants of it the API says. It counts in real time, which a
   * sandbox does not keep. */
  const proved = (): boolean => !!me.value?.grade_until && Date.parse(me.value.grade_until) > Date.now() + (me.value.district.sandbox ? 0 : ahead) + 5_000

  const offices = computed(() => new Set(me.value?.memberships.filter((one) => one.in_force).map((one) => one.office)))
  const official = computed(() =>
    ['town_union', 'district_union', 'authority', 'employers_body', 'auditor', 'operator'].some((one) =>
      offices.value.has(one as never),
    ),
  )

  /** Whose office reaches every case of a region: to these the API says the figures of it. */
  const regional = computed(() =>
    ['town_union', 'district_union', 'authority', 'employers_body', 'auditor'].some((one) => offices.value.has(one as never)),
  )

  /** Whose office opens cases, or may be asked to: a word about the way, the API says whether it goes. */
  const opens = computed(() => ['union', 'hr', 'legal_representative', 'town_union', 'district_union', 'employers_body'].some((one) => offices.value.has(one as never)))

  return { opens, me, known, seat, enter, look, leave, forget, today, proved, offices, official, regional }
})
