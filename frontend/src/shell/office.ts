import { computed } from 'vue'
import { useSession } from '@/stores/session'

/** The pages of the office and who is offered which: the offices that the API answers there. A page kept from
 * somebody answers 404; this only spares him the way. */
export function useOffice() {
  const session = useSession()
  const has = (...some: string[]): boolean => some.some((one) => session.offices.has(one as never))
  return computed(() => {
    const pages = [
      { key: 'packs', to: '/office/packs', shown: true },
      { key: 'references', to: '/office/references', shown: !!session.me },
      { key: 'calendar', to: '/office/calendar', shown: !!session.me },
      { key: 'map', to: '/office/map', shown: has('district_union') },
      { key: 'enterprises', to: '/office/enterprises', shown: has('district_union', 'town_union', 'authority', 'employers_body', 'auditor', 'union', 'hr', 'legal_representative') },
      { key: 'organisations', to: '/office/organisations', shown: has('district_union', 'town_union', 'union', 'hr', 'legal_representative') },
      { key: 'instructors', to: '/office/instructors', shown: !!session.me },
      { key: 'portals', to: '/office/portals', shown: has('district_union', 'hr', 'legal_representative') },
      { key: 'imports', to: '/office/imports', shown: has('district_union', 'town_union', 'union', 'authority', 'hr', 'legal_representative', 'employers_body') },
      { key: 'desk', to: '/office/help', shown: has('district_union', 'town_union', 'union', 'hr', 'legal_representative', 'authority', 'employers_body', 'auditor', 'operator') },
      { key: 'notices', to: '/office/notices', shown: has('district_union', 'operator') },
      { key: 'settings', to: '/office/settings', shown: session.official },
      { key: 'sandbox', to: '/office/sandbox', shown: session.official },
      { key: 'court', to: '/office/court-orders', shown: has('authority') },
    ]
    return { pages: pages.filter((one) => one.shown), enters: has('district_union', 'town_union', 'authority') }
  })
}
