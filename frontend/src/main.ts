import { createPinia } from 'pinia'
import { createApp } from 'vue'
import { install } from '@/api/client'
import App from '@/App.vue'
import { workOffline } from '@/offline/worker'
import { router } from '@/router'
import { useConnection } from '@/stores/connection'
import { useSession } from '@/stores/session'
import { useSettings } from '@/stores/settings'
import { useStepUp } from '@/stores/stepup'
import { i18n } from '@/texts/i18n'
import { keepFocus } from '@/tools/focus'
import '@/styles/tokens.css'
import '@/styles/base.css'

const app = createApp(App).use(createPinia()).use(i18n)
const [session, settings, connection, stepUp] = [useSession(), useSettings(), useConnection(), useStepUp()]

install({
  signIn: () => {
    session.forget()
    const here = router.currentRoute.value
    if (!here.meta.open) void router.replace({ name: 'signin', query: { then: here.fullPath } })
  },
  stepUp: stepUp.prove,
  actingAs: () => session.seat,
  person: () => session.me?.person ?? null,
  reached: connection.reached,
  shown: connection.shown,
})

async function start(): Promise<void> {
  settings.draw()
  await settings.say(settings.language)
  app.use(router)
  await router.isReady().catch(() => undefined) // a page that does not lie here: App says so
  app.mount('#app')
  keepFocus()
  workOffline()
}

void start()
