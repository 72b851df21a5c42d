import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { api, ask, got } from '@/api/client'
import type { Me } from '@/api/documents'

/** Who is signed in, as what, and what time it is in his district. */
export const useSession = defineStore('session', () => {
  const me = ref<Me | null>(null)
  const known = ref(false)
  const seat = ref<string | null>(null)
  let ahead = 0

  function enter(found: Me): void {
    me.value = found
    known.value = true
    ahead = Date.parse(found.district.now) - Date.now()
    if (!found.memberships.some((one) => one.id === seat.value)) seat.value = null
  }

  /** Ask who I am; nobody is an answer too. */
  async function look(): Promise<Me | null> {
    try {
      enter(await got(api.GET('/api/v1/me', {})))
    } finally {
      known.value = true
    }
    return me.value
  }

  async function leave(): Promise<void> {
    await ask('/api/v1/session', undefined, undefined, 'DELETE')
    forget()
  }

  function forget(): void {
    me.value = null
    seat.value = null
  }

  /** The day in the district: a sandbox has a clock of its own. */
  const today = computed(() => {
    void me.value
    return new Date(Date.now() + ahead + 8 * 3_600_000).toISOString().slice(0, 10)
  })

  /** Whether a proof shown in this session still counts; what an act wants of it the API says. */
  const proved = (): boolean => !!me.value?.grade_until && Date.parse(me.value.grade_until) > Date.now() + ahead + 5_000

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

  return { me, known, seat, enter, look, leave, forget, today, proved, offices, official, regional }
})
