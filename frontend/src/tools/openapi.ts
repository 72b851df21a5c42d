import type { Language } from '@/texts/i18n'

/** What the page of the interface reads of the OpenAPI document. Nothing of it is typed any closer: it is shown, not used. */
export interface Schema {
  $ref?: string
  type?: string | string[]
  title?: string
  description?: string
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema | boolean
  prefixItems?: Schema[]
  anyOf?: Schema[]
  oneOf?: Schema[]
  allOf?: Schema[]
  enum?: unknown[]
  const?: unknown
  format?: string
  pattern?: string
  default?: unknown
  additionalProperties?: Schema | boolean
  [bound: string]: unknown
}
interface Content { schema?: Schema; example?: unknown; examples?: Record<string, { $ref?: string }> }
export interface Answer { $ref?: string; description?: string; content?: Record<string, Content> }
export interface Parameter { name: string; in: string; required?: boolean; schema?: Schema; description?: string }
export interface Operation {
  operationId: string
  tags: string[]
  summary: string
  description: string
  parameters?: Parameter[]
  requestBody?: { content: Record<string, Content> }
  responses: Record<string, Answer>
  security?: Record<string, string[]>[]
  deprecated?: boolean
  'x-binding'?: boolean
}
export interface OpenApi {
  info: { title: string; version: string; description: string }
  tags: { name: string; description: string }[]
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, Schema>; responses: Record<string, Answer>; examples: Record<string, { value: unknown; summary?: string }> }
}
/** One operation with where it stands; `scope` is what a portal needs for it, null where none may ask. */
export interface Door { method: string; path: string; operation: Operation; scope: string | null; open: boolean }

const HAN = /[\u4e00-\u9fff]/

/** The reader's half of a line that says the same in both languages. */
export const half = (line: string | undefined, language: Language): string => {
  const parts = (line ?? '').split(' · ')
  return parts.length === 2 ? parts[language === 'zh' ? 0 : 1]! : (line ?? '')
}

/** The reader's paragraphs of a text that has some in either language, and some that have both. */
export const paragraphs = (text: string, language: Language): string[] =>
  text.split('\n\n').filter((one) => (one.includes(' · ') ? true : HAN.test(one) === (language === 'zh')))

/** Every door of the document in the order of its tags. */
export const doors = (document: OpenApi): Door[] =>
  document.tags.flatMap((tag) =>
    Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).filter(([, one]) => one.tags[0] === tag.name).map(([method, operation]) => ({
        method, path, operation, scope: operation.security?.find((one) => one.portal)?.portal?.[0] ?? null, open: operation.security?.length === 0,
      })),
    ),
  )

/** Whether every word somebody typed stands in the address, the name or the title. */
export function found(door: Door, typed: string): boolean {
  const text = `${door.method} ${door.path} ${door.operation.operationId} ${door.operation.summary}`.toLowerCase()
  return typed.toLowerCase().split(/\s+/).every((one) => text.includes(one))
}

export const nameOf = (ref: string): string => ref.slice(ref.lastIndexOf('/') + 1)

/** A type in one line: `SendOffer`, `[integer]`, `"a" | "b" | null`, `string · date`. */
export function typeOf(schema: Schema | boolean | undefined): string {
  if (typeof schema !== 'object') return schema === false ? '–' : '*'
  if (schema.$ref) return nameOf(schema.$ref)
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum) return schema.enum.map((one) => JSON.stringify(one)).join(' | ')
  const some = schema.anyOf ?? schema.oneOf
  if (some) return [...new Set(some.map(typeOf))].join(' | ')
  if (schema.allOf) return schema.allOf.map(typeOf).join(' & ')
  if (schema.prefixItems) return `[${schema.prefixItems.map(typeOf).join(', ')}]`
  if (schema.type === 'array') return `[${typeOf(schema.items as Schema)}]`
  if (schema.type === 'object' && typeof schema.additionalProperties === 'object') return `{*: ${typeOf(schema.additionalProperties)}}`
  return [[schema.type ?? '*'].flat().join(' | '), schema.format].filter(Boolean).join(' · ')
}

const BOUNDS = { minimum: '≥ ', maximum: '≤ ', exclusiveMinimum: '> ', minLength: '≥ ', maxLength: '≤ ', minItems: '≥ ', maxItems: '≤ ', pattern: '' } as const

/** What a value must be beside its type, as far as the document says. */
export const bounds = (schema: Schema): string[] => {
  const one = schema.anyOf?.find((some) => some.type !== 'null') ?? schema
  return Object.entries(BOUNDS).filter(([bound]) => one[bound] !== undefined).map(([bound, sign]) => `${sign}${String(one[bound])}`)
}

/** The names of the schemas that a schema is made of, nearest first, itself not. */
export function partsOf(schema: Schema | boolean | undefined): string[] {
  if (typeof schema !== 'object') return []
  if (schema.$ref) return [nameOf(schema.$ref)]
  const inside = [...(schema.anyOf ?? schema.oneOf ?? schema.allOf ?? []), ...(schema.prefixItems ?? []), schema.items, schema.additionalProperties]
  return [...new Set(inside.flatMap((one) => partsOf(one as Schema)))]
}

/** An answer with its reference followed. */
export const answerOf = (document: OpenApi, answer: Answer): Answer =>
  answer.$ref ? (document.components.responses[nameOf(answer.$ref)] ?? answer) : answer

/** What stands in the body of a request or an answer: its type, its example, the codes of a problem. */
export function bodyOf(document: OpenApi, content: Record<string, Content> | undefined): { media: string; schema?: Schema; example?: unknown; codes: string[] } | null {
  const [media, held] = Object.entries(content ?? {})[0] ?? []
  if (!media || !held) return null
  const shown = Object.values(held.examples ?? {})[0]?.$ref
  const codes = media === 'application/problem+json' ? Object.keys(held.examples ?? {}) : []
  return { media, schema: held.schema, example: held.example ?? (shown ? document.components.examples[nameOf(shown)]?.value : undefined), codes }
}

/** The request as `curl` sends it, with the example of the document. */
export function curl(document: OpenApi, door: Door, origin: string): string {
  const lines = [`curl -s${door.method === 'get' ? '' : ` -X ${door.method.toUpperCase()}`} '${origin}${door.path}'`]
  if (!door.open) lines.push("-H 'Authorization: Bearer …'")
  if (door.operation.parameters?.some((one) => one.name === 'Idempotency-Key')) lines.push("-H 'Idempotency-Key: …'")
  const body = bodyOf(document, door.operation.requestBody?.content)
  if (body) lines.push(`-H 'Content-Type: ${body.media}'`)
  if (body?.example !== undefined) lines.push(`-d '${JSON.stringify(body.example).replaceAll("'", "'\\''")}'`)
  return lines.join(' \\\n  ')
}

/** A line in pieces: plain words, `code`, **strong**. */
export const pieces = (line: string): { text: string; kind: 'code' | 'strong' | '' }[] =>
  line.split(/(`[^`]+`|\*\*[^*]+\*\*)/).filter(Boolean).map((one) =>
    one.startsWith('`') ? { text: one.slice(1, -1), kind: 'code' } : one.startsWith('**') ? { text: one.slice(2, -2), kind: 'strong' } : { text: one, kind: '' },
  )
