import { defineStore } from 'pinia'
import { ref } from 'vue'
import { api, got } from '@/api/client'
import type { Said } from '@/api/problem'
import { language, said, t } from '@/texts/i18n'

export interface Head {
  code: string
  article: string
  name: Said
}
interface Source {
  name: Said
  text_date: string | null
}
export interface Pack {
  pack: { id: string; version: string; name: Said; text_date: string | null; verified_by: string | null; verified_at: string | null }
  rows: {
    sources: Record<string, Source>
    topics: { heads: Head[]; extra?: Head[] }
    filing: { items: { code: string; name: Said; level: string }[] }
  } & Record<string, unknown>
}

/** The packs a reader met: names of heads, papers and laws as the case's own pack says them. */
export const useLaw = defineStore('law', () => {
  const packs = ref<Record<string, Pack>>({})
  const current = ref<string | null>(null)
  const asked = new Map<string, Promise<void>>()

  function load(id: string): Promise<void> {
    current.value = id
    const running = asked.get(id)
    if (running) return running
    const begun = got(api.GET('/api/v1/packs/{pack_id}', { params: { path: { pack_id: id } } })).then((found) => {
      packs.value = { ...packs.value, [id]: found as unknown as Pack }
    })
    asked.set(id, begun)
    begun.catch(() => asked.delete(id))
    return begun
  }

  /** The district's usual pack, where no case names another. */
  async function loadDefault(): Promise<void> {
    if (current.value) return
    const list = await got(api.GET('/api/v1/packs', {}))
    await load((list as { default: string }).default)
  }

  /** When the pack that is asked for is there: a list that was read before it stays empty. */
  const ready = (): Promise<void> => asked.get(current.value ?? '') ?? loadDefault()

  const pack = (): Pack | null => packs.value[current.value ?? ''] ?? null

  /** `HZ 25` → 杭州市企业工资集体协商条例 第25条. */
  function cited(article: string): string {
    const [key, ...rest] = article.split(' ')
    const source = pack()?.rows.sources[key ?? '']
    const number = rest.join(' ')
    if (!source) return article
    const which = language() === 'zh' ? number.replace(/^(\d+)/, '第$1条').replace(/\s*¶(\d+)/, '第$1款') : `art. ${number}`
    return number ? `${said(source.name)} ${which.replaceAll(' ', '\u00a0')}` : said(source.name)
  }

  function heads(): Head[] {
    const topics = pack()?.rows.topics
    return topics ? [...topics.heads, ...(topics.extra ?? [])] : []
  }

  /** The heads the law names; the pack's further ones are added by who needs them. */
  const mainHeads = (): string[] => pack()?.rows.topics.heads.map((one) => one.code) ?? []

  const head = (code: string): string => {
    const found = heads().find((one) => one.code === code)
    return found ? said(found.name) : t('case.head', { code })
  }

  const papers = () => pack()?.rows.filing?.items ?? []

  return { packs, load, loadDefault, ready, pack, cited, heads, mainHeads, head, papers }
})
