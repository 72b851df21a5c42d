import { nextTick } from 'vue'

const WAITS_MS = 100
const LOOKS = 600

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
