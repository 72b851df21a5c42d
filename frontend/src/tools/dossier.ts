import { ask } from '@/api/client'
import type { MadePaper } from '@/api/documents'
import type { components } from '@/api/schema'

/** The dossier of a filing and the coordination of a dispute, as the API tells them. */
type S = components['schemas']
export type Dossier = S['DossierDocument']
export type Item = S['DossierItem']
export type Filed = S['Filed']
export type DossierClause = S['DossierClause']
export type Coordination = S['CoordinationDocument']

export type Stand = 'unsigned' | 'to_file' | 'to_receive' | 'reviewing' | 'outside' | 'confirming' | 'objected' | 'in_force'

/** Where the filing stands: what the sentence of every page about it begins with. */
export function standOf(one: Dossier): Stand {
  if (one.in_force) return 'in_force'
  const last = one.filings.at(-1)
  const open = last && !last.objection ? last : null
  if (one.confirmation) return 'confirming'
  if (open) return !open.received_on ? 'to_receive' : open.channel === 'external_upload' ? 'outside' : 'reviewing'
  if (last?.objection && last.draft_hash === one.draft_hash) return 'objected'
  return one.checks.some((check) => check.code === 'signed' && check.ok) ? 'to_file' : 'unsigned'
}

/** What the authority still waits for, of the filing that is open. */
export const awaited = (one: Dossier): readonly string[] => (one.filings.at(-1)?.objection ? [] : one.filings.at(-1)?.supplements.flatMap((more) => more.left) ?? [])

/** Make what the platform can make of it and has not yet; the file has what was made. */
export async function makeAll(base: string, one: Dossier): Promise<void> {
  const { possible } = await ask<{ possible: { doc: string; facts_hash: string; number: string | null }[] }>(`${base}/papers`, undefined, undefined, 'GET')
  const letters = one.filings.flatMap((filed) => (filed.objection?.letter ? [filed.objection.letter] : []))
  const wanted = new Set([...one.items.flatMap((item) => item.papers), ...letters].map((paper) => paper.facts_hash))
  for (const paper of possible) if (!paper.number && (paper.doc === 'D15' || wanted.has(paper.facts_hash))) await ask<MadePaper>(`${base}/papers`, { facts_hash: paper.facts_hash })
}

/** A mark the reviewer set beside a clause: nothing against it, or an article and a reason. It lies on his device. */
export interface Mark {
  ok: boolean
  article: string
  reason: string
}

/** The letter, of the marks: a line for each clause that is objected to, then what is said of the whole. */
export const letter = (marks: readonly (readonly [string, Mark])[], whole: string): string =>
  [...marks.filter(([, mark]) => mark.reason.trim()).map(([head, mark]) => `${head}：${mark.reason.trim()}`), whole.trim()].filter(Boolean).join('\n')
