// Opens the application without a network: the built files and nothing else. What the API answers never comes through
// here; what of it is kept on a phone, the pages keep themselves (src/offline/kept.ts), for each person apart.
const VERSION = '{{version}}'
const SHELL = ['{{shell}}']
const NAME = `shell-${VERSION}`
const HASHED = '/assets/'
/** First parts of addresses that are never a page's: `OTHERS` in src/cloudnego/web/pages.py. */
const OTHERS = ['api', 'oauth', 'calendar', '.well-known', 'healthz', 'readyz', 'openapi.json', 'docs', 'slips.css', 'papers.css', 'register']
const WAIT_MS = 4_000 // a network that has not begun to answer by then is none, for a page that lies here

self.addEventListener('install', (event) => {
  // what has a hash in its name may come from the browser's own store; the rest is asked for anew
  const wanted = SHELL.map((path) => new Request(path, path.startsWith(HASHED) ? {} : { cache: 'no-cache' }))
  event.waitUntil(caches.open(NAME).then((cache) => cache.addAll(wanted)))
})

self.addEventListener('activate', (event) => {
  const old = caches.keys().then((names) => Promise.all(names.filter((one) => one !== NAME).map((one) => caches.delete(one))))
  event.waitUntil(old.then(() => self.clients.claim()))
})

self.addEventListener('fetch', (event) => {
  const { request } = event
  const { origin, pathname } = new URL(request.url)
  if (request.method !== 'GET' || origin !== self.location.origin) return
  if (OTHERS.includes(pathname.split('/')[1])) return
  if (request.mode === 'navigate') event.respondWith(page(request))
  else if (pathname.startsWith(HASHED) || SHELL.includes(pathname)) event.respondWith(file(request, pathname))
})

/** The newest page while there is a network: a new release is seen at once. */
async function page(request) {
  const asked = fetch(request)
  const late = new Promise((resolve) => setTimeout(resolve, WAIT_MS))
  const answer = await Promise.race([asked, late]).catch(() => undefined)
  if (answer) return answer
  const kept = await caches.match('/', { cacheName: NAME, ignoreVary: true })
  return kept ?? asked
}

/** A file by the name of its content is the same for ever; one that was not fetched beforehand is kept once it came. */
async function file(request, pathname) {
  const cache = await caches.open(NAME)
  const kept = await cache.match(pathname, { ignoreVary: true })
  if (kept) return kept
  const answer = await fetch(request)
  if (answer.ok && pathname.startsWith(HASHED)) await cache.put(pathname, answer.clone())
  return answer
}
