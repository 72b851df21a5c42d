import { defineStore } from 'pinia'
import { ref } from 'vue'
import { ask } from '@/api/client'
import type { Step } from '@/api/documents'

interface Ask {
  command: string
  path: string
  binding: boolean
}
interface Procedure {
  steps: { number: number; code: Step; mode: string; asks: Ask[] }[]
}

/** The nine steps and which act belongs to which, as the API's own page says. */
export const useProcedure = defineStore('procedure', () => {
  const steps = ref<Procedure['steps']>([])
  let asked: Promise<void> | null = null

  function load(): Promise<void> {
    asked ??= ask<Procedure>('/api/v1/procedure', undefined, undefined, 'GET').then(
      (found) => {
        steps.value = found.steps
      },
      () => {
        asked = null
      },
    )
    return asked
  }

  const stepOf = (command: string): Step | null => steps.value.find((one) => one.asks.some((ask) => ask.command === command))?.code ?? null
  const inPerson = (step: Step): boolean => steps.value.find((one) => one.code === step)?.mode === 'in_person'

  return { steps, load, stepOf, inPerson }
})
