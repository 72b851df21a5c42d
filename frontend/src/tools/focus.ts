import { nextTick } from 'vue'

const WAITS_MS = 100
const LOOKS = 600
const AFTER_MS = 90

/** Whoever goes by keys or by ear stands at the sentence of the page. Where it is still being fetched he is led there
 * once it is drawn, unless he has gone on by himself. */
export function focusHeading(): void {
  const [page, from] = [location.pathname, document.activeElement]
  let left = LOOKS
  const look = (): void => {
    const heading = document.querySelector<HTMLElement>('main h1')
    if (heading) {
      heading.tabIndex = -1
      heading.focus({ preventScroll: true })
    } else if (left-- > 0) setTimeout(() => location.pathname === page && [from, document.body].includes(document.activeElement) && look(), WAITS_MS)
  }
  void nextTick(look)
}

/** What had the focus is gone: one goes on here, else at the sentence of the page, and not before its beginning. */
export function goOn(find: () => HTMLElement | null | undefined = () => null): void {
  void nextTick(() => {
    const next = find()
    if (next) next.focus()
    else focusHeading()
  })
}

/** Whether the focus went down with what had it. */
export const isLost = (): boolean => document.activeElement === null || document.activeElement === document.body

const HEADING = 'h1, h2, h3, summary'
const holds = (one: Element): boolean => one.isConnected && one.checkVisibility({ visibilityProperty: true }) && !one.matches(':disabled')

/** Whatever else goes down with the focus on it — a line that others have dropped, a button that is shut, a page drawn
 * anew — one goes on at the heading of what it stood in. */
export function keepFocus(): void {
  let trail: Element[] = []
  let due = 0
  const look = (): void => {
    due = 0
    if (!isLost() || !trail[0] || holds(trail[0])) return // who has pressed beside everything has lost nothing
    const around = trail.find((one) => holds(one) && one.querySelector(HEADING))
    const heading = around?.closest('main, dialog') && [...around.querySelectorAll<HTMLElement>(HEADING)].find(holds)
    trail = []
    if (!heading) return focusHeading()
    if (!heading.matches('summary')) heading.tabIndex = -1
    heading.focus({ preventScroll: true })
  }
  document.addEventListener('focusin', (event) => {
    trail = []
    for (let one = event.target as Element | null; one; one = one.parentElement) trail.push(one)
  })
  // after those who know better where to go on
  new MutationObserver(() => (due ||= window.setTimeout(look, AFTER_MS))).observe(document.body, {
    childList: true, subtree: true, attributes: true, attributeFilter: ['disabled', 'hidden', 'open', 'class', 'style'],
  })
}
