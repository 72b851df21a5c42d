import { computed } from 'vue'
import { router } from '@/router'
import { useSession } from '@/stores/session'
import { useTodo } from '@/stores/todo'

/** Words of the top bar: absent where the person has nothing there. Add a page's word here. */
export function useNav() {
  const session = useSession()
  const todo = useTodo()
  return computed(() =>
    [
      { tab: 'home', to: '/', label: 'nav.home', badge: todo.count, shown: true },
      { tab: 'cases', to: '/cases', label: 'nav.cases', badge: 0, shown: true },
      { tab: 'review', to: '/review', label: 'nav.review', badge: 0, shown: session.offices.has('authority' as never) },
      { tab: 'disputes', to: '/disputes', label: 'nav.disputes', badge: 0, shown: session.offices.has('authority' as never) },
      { tab: 'district', to: '/district', label: 'nav.district', badge: 0, shown: session.regional },
      { tab: 'office', to: '/office', label: 'nav.office', badge: 0, shown: routed('/office') },
    ].filter((one) => one.shown),
  )
}

/** Whether a page has that address: a word without a page leads nowhere. */
const routed = (path: string): boolean => router.resolve(path).name !== 'not-found'
