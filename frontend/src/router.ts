import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'
import { useConnection } from '@/stores/connection'
import { useSession } from '@/stores/session'
import { focusHeading } from '@/tools/focus'

declare module 'vue-router' {
  interface RouteMeta {
    /** Whoever has not signed in may see it. */
    open?: boolean
    /** No top bar and no tabs: one task, one way forward. */
    bare?: boolean
    /** Hangs in a hall: it says itself when it has no connection. */
    wall?: boolean
    /** The tab or word of the navigation that is lit. */
    tab?: 'home' | 'cases' | 'review' | 'disputes' | 'messages' | 'me' | 'district' | 'office'
    /** Inside a case: no tabs on a phone. */
    inside?: boolean
  }
}

/** A page of a case: same header, same rail. Add one here and its file under `pages/case/`. */
const CASE_PAGES = [
  'reps', 'topics', 'offer', 'materials', 'meeting', 'congress', 'clauses', 'filing', 'performance', 'dispute', 'papers', 'sign', 'nominations', 'candidates', 'timeline', 'log', 'export', 'holds', 'letters', 'acts', 'room', 'minutes', 'opinions', 'score',
] as const

const routes: RouteRecordRaw[] = [
  { path: '/', name: 'home', component: () => import('@/pages/HomePage.vue'), meta: { tab: 'home' } },
  { path: '/todo', name: 'todo', component: () => import('@/pages/TodoPage.vue'), meta: { tab: 'home' } },
  { path: '/signin', name: 'signin', component: () => import('@/pages/SignInPage.vue'), meta: { open: true, bare: true } },
  { path: '/slip', name: 'slip', component: () => import('@/pages/SlipPage.vue'), meta: { open: true, bare: true } },
  { path: '/invitation', name: 'invitation', component: () => import('@/pages/InvitationPage.vue'), meta: { open: true, bare: true } },
  { path: '/new-password', name: 'new-password', component: () => import('@/pages/NewPasswordPage.vue'), meta: { open: true, bare: true } },
  { path: '/go', name: 'go', component: () => import('@/pages/GoPage.vue'), meta: { open: true, bare: true } },
  { path: '/unsubscribe/:mark', name: 'unsubscribe', component: () => import('@/pages/UnsubscribePage.vue'), meta: { open: true, bare: true } },
  { path: '/texts/:name', name: 'text', component: () => import('@/pages/TextPage.vue'), meta: { open: true, bare: true } },
  { path: '/accept', name: 'accept', component: () => import('@/pages/AcceptPage.vue'), meta: { bare: true } },
  { path: '/p/:poll', name: 'poll', component: () => import('@/pages/PollPage.vue'), meta: { bare: true } },
  { path: '/consent/:id', name: 'consent', component: () => import('@/pages/ConsentPage.vue'), meta: { bare: true } },
  { path: '/cases', name: 'cases', component: () => import('@/pages/CasesPage.vue'), meta: { tab: 'cases' } },
  { path: '/cases/new', name: 'case-new', component: () => import('@/pages/NewCasePage.vue'), meta: { tab: 'cases' } },
  { path: '/district', name: 'district', component: () => import('@/pages/DistrictPage.vue'), meta: { tab: 'district' } },
  { path: '/district/campaign', name: 'campaign', component: () => import('@/pages/CampaignPage.vue'), meta: { tab: 'district' } },
  { path: '/district/scores', name: 'scores', component: () => import('@/pages/ScoresPage.vue'), meta: { tab: 'district' } },
  { path: '/district/wall', name: 'wall', component: () => import('@/pages/WallPage.vue'), meta: { bare: true, wall: true } },
  { path: '/district/report/:month', name: 'report', component: () => import('@/pages/ReportPage.vue'), meta: { tab: 'district' } },
  { path: '/review/:id?', name: 'review', component: () => import('@/pages/review/ReviewPage.vue'), meta: { tab: 'review' } },
  { path: '/disputes', name: 'disputes', component: () => import('@/pages/dispute/DisputesPage.vue'), meta: { tab: 'disputes' } },
  { path: '/messages', name: 'messages', component: () => import('@/pages/MessagesPage.vue'), meta: { tab: 'messages' } },
  { path: '/s/:id/:survey', name: 'survey', component: () => import('@/pages/SurveyPage.vue'), props: true, meta: { bare: true } },
  { path: '/o', name: 'opinion', component: () => import('@/pages/OpinionPage.vue'), meta: { open: true, bare: true } },
  { path: '/roll/:id', name: 'roll', component: () => import('@/pages/RollPage.vue'), meta: { tab: 'me' } },
  { path: '/outbox', name: 'outbox', component: () => import('@/pages/OutboxPage.vue'), meta: { tab: 'me' } },
  { path: '/me', name: 'me', component: () => import('@/pages/MePage.vue'), meta: { tab: 'me' } },
  { path: '/glossary', name: 'glossary', component: () => import('@/pages/GlossaryPage.vue'), meta: { open: true } },
  { path: '/api-docs', name: 'reference', component: () => import('@/pages/reference/ReferencePage.vue'), meta: { open: true } },
  { path: '/law/:article', name: 'law', component: () => import('@/pages/LawPage.vue'), meta: { open: true } },
  { path: '/negotiations/:id/prepared/:prepared', redirect: (to) => `/c/${String(to.params.id)}/prepared/${String(to.params.prepared)}` },
  { path: '/c/:id/check-in', name: 'check-in', component: () => import('@/pages/CheckInPage.vue'), props: true, meta: { open: true, bare: true } }, // signs in by itself: the guard would carry the code along in an address
  { path: '/c/:id/screen', name: 'screen', component: () => import('@/pages/ScreenPage.vue'), props: true, meta: { bare: true, wall: true } },
  {
    path: '/c/:id',
    component: () => import('@/pages/case/CaseShell.vue'),
    props: true,
    meta: { tab: 'cases', inside: true },
    children: [
      { path: '', name: 'case', component: () => import('@/pages/case/OverviewPage.vue') },
      ...CASE_PAGES.map((page) => ({ path: page, name: `case-${page}`, component: casePages(page) })),
      { path: 'poll/:poll', name: 'case-poll', component: () => import('@/pages/case/VotePage.vue') },
      { path: 'sheet/:kind', name: 'case-sheet', component: () => import('@/pages/case/SheetPage.vue') },
      { path: 'guide/:step', name: 'case-guide', component: () => import('@/pages/case/GuidePage.vue') },
      { path: 'opinions/new', name: 'survey-new', component: () => import('@/pages/case/SurveyNewPage.vue') },
      { path: 'opinions/:survey', name: 'survey-results', component: () => import('@/pages/case/SurveyResultsPage.vue') },
      { path: 'do/:command', name: 'act', component: () => import('@/pages/case/ActPage.vue') },
      { path: 'prepared/:prepared', name: 'prepared', component: () => import('@/pages/case/ActPage.vue') },
    ],
  },
  ...(import.meta.env.DEV ? [{ path: '/parts', name: 'parts', component: () => import('@/pages/PartsPage.vue'), meta: { open: true, bare: true } }] : []),
  {
    path: '/office',
    component: () => import('@/pages/office/OfficeShell.vue'),
    meta: { tab: 'office' },
    children: [
      { path: '', name: 'office', component: () => import('@/pages/office/OfficePage.vue') },
      { path: 'packs/:id?', name: 'office-pack', component: () => import('@/pages/office/PackPage.vue') },
      { path: 'references', name: 'office-references', component: () => import('@/pages/office/ReferencesPage.vue') },
      { path: 'calendar', name: 'office-calendar', component: () => import('@/pages/office/CalendarPage.vue') },
      { path: 'map', name: 'office-map', component: () => import('@/pages/office/MapPage.vue') },
      { path: 'enterprises', name: 'office-enterprises', component: () => import('@/pages/office/EnterprisesPage.vue') },
      { path: 'enterprises/:id', name: 'office-enterprise', component: () => import('@/pages/office/EnterprisePage.vue') },
      { path: 'organisations', name: 'office-organisations', component: () => import('@/pages/office/OrganisationsPage.vue') },
      { path: 'organisations/:id', name: 'office-organisation', component: () => import('@/pages/office/OrganisationPage.vue') },
      { path: 'portals', name: 'office-portals', component: () => import('@/pages/office/PortalsPage.vue') },
      { path: 'instructors', name: 'office-instructors', component: () => import('@/pages/office/InstructorsPage.vue') },
      { path: 'imports', name: 'office-imports', component: () => import('@/pages/office/ImportsPage.vue') },
      { path: 'notices', name: 'office-notices', component: () => import('@/pages/office/NoticesPage.vue') },
      { path: 'court-orders', name: 'office-court', component: () => import('@/pages/office/CourtOrdersPage.vue') },
      { path: 'help', name: 'office-help', component: () => import('@/pages/office/HelpDeskPage.vue') },
      { path: 'sandbox', name: 'office-sandbox', component: () => import('@/pages/office/SandboxPage.vue') },
      { path: 'settings', name: 'office-settings', component: () => import('@/pages/office/DistrictSettingsPage.vue') },
      { path: 'roster/:id/delegates', name: 'office-delegates', component: () => import('@/pages/office/DelegatesPage.vue') },
      { path: 'roster/:id', name: 'office-roster', component: () => import('@/pages/office/RosterPage.vue') },
    ],
  },
  { path: '/:rest(.*)*', name: 'not-found', component: () => import('@/pages/NotFoundPage.vue'), meta: { open: true } },
]

function casePages(page: (typeof CASE_PAGES)[number]) {
  const found = import.meta.glob('@/pages/case/*Page.vue')
  const file = `/src/pages/case/${page[0]!.toUpperCase()}${page.slice(1)}Page.vue`
  return found[file] as () => Promise<{ default: object }>
}

export const router = createRouter({
  history: createWebHistory(),
  routes,
  scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path ? undefined : { top: 0 }),
})

router.beforeEach(async (to) => {
  const session = useSession()
  if (to.meta.open) return true
  if (!session.known) await session.look().catch(() => null)
  return session.me ? true : { name: 'signin', query: to.fullPath === '/' ? {} : { then: to.fullPath } }
})

/** The part that draws a page may not lie on this device; or a new release has other parts, and the page is opened anew. */
window.addEventListener('vite:preloadError', (event) => event.preventDefault()) // the router hears of it, once
router.onError((_, to, from) => {
  if (useConnection().away || !navigator.onLine) useConnection().absent = to.fullPath
  else if (from.matched.length) location.assign(to.fullPath)
})
router.beforeResolve(() => void (useConnection().absent = null))

/** After a navigation the reader stands at the sentence of the page. */
router.afterEach((to, from) => {
  if (to.path !== from.path && from.matched.length) setTimeout(focusHeading, 60)
})
