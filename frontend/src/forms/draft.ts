import { newKey } from '@/api/client'
import { dropSeen } from '@/tools/seen'
import type { Raw } from './compile'

/** What was typed, kept on this device with the name of the act: a repeated request is the same act. */
export interface Draft {
  key: string
  raw: Raw
  at: number
}

const PREFIX = 'cloudnego.draft.'
const where = (person: string, caseId: string, command: string): string => `${PREFIX}${person}.${caseId}.${command}`

export function readDraft(person: string, caseId: string, command: string): Draft | null {
  try {
    const found = localStorage.getItem(where(person, caseId, command))
    return found ? (JSON.parse(found) as Draft) : null
  } catch {
    return null
  }
}

export const freshDraft = (raw: Raw): Draft => ({ key: newKey(), raw, at: 0 })

/** False where the browser keeps nothing. */
export function keepDraft(person: string, caseId: string, command: string, draft: Draft): boolean {
  try {
    localStorage.setItem(where(person, caseId, command), JSON.stringify(draft))
    return true
  } catch {
    return false
  }
}

export function dropDraft(person: string, caseId: string, command: string): void {
  try {
    localStorage.removeItem(where(person, caseId, command))
  } catch {
    // nothing was kept
  }
}

/** Drafts of whoever leaves this device stay his: they are dropped when he signs out, and how far he had read. */
export function dropAll(): void {
  dropSeen()
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX)) localStorage.removeItem(key)
  } catch {
    // nothing was kept
  }
}
