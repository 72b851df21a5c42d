import { inject, provide, type InjectionKey } from 'vue'
import type { CaseDocument } from '@/api/documents'
import type { CaseState } from '@/forms/state'
import { useCase } from '@/stores/case'
import { usePast } from '@/stores/past'

/** What a part of a case draws: the case as it stands, or as it stood where a page says so. */
export interface Shown {
  readonly id: string
  readonly document: CaseDocument | null
  readonly state: CaseState | null
  readonly today: string
  name(one: string | null | undefined): string
}

const PAST: InjectionKey<boolean> = Symbol('past')
export const showPast = (): void => provide(PAST, true)
export const isPast = (): boolean => inject(PAST, false)
export const useShown = (): Shown => (isPast() ? usePast() : useCase())
