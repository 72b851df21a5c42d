import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import { ask } from '@/api/client'
import type { Stream } from '@/api/documents'
import type { components } from '@/api/schema'
import { useCase } from '@/stores/case'
import { looking } from '@/tools/looking'

type S = components['schemas']
export type Kept = S['FileDocument']

/** The files of the case that is open: acts name them by their hash alone. */
export const useFiles = defineStore('files', () => {
  const found = useCase()
  const rows = shallowRef<readonly Kept[]>([])
  const sought = new Set<string>() // what is not there is asked for once
  let of = ''

  const load = looking(async () => {
    const asked = found.id
    const list = await ask<S['FileList']>(`${found.base}/files`, undefined, undefined, 'GET').catch(() => null)
    if (list && asked === found.id) rows.value = list.rows
  })

  const named = (stream: Stream, hash: string): Kept | null => rows.value.find((one) => one.stream === stream && one.sha256 === hash) ?? null

  /** Look for a file that an act names. */
  async function want(stream: Stream, hash: string): Promise<void> {
    if (of !== found.id) {
      of = found.id
      rows.value = []
      sought.clear()
    }
    const key = `${stream}.${hash}`
    if (named(stream, hash) || sought.has(key)) return
    sought.add(key)
    await load()
  }

  return { rows, named, want }
})
