import { wordOf } from '@/texts/i18n'

/** What an act asks for, drawn from its JSON schema. No rule stands here: only how a kind of value is typed by people. */

export interface Schema {
  $ref?: string
  type?: string
  enum?: string[]
  const?: string
  anyOf?: Schema[]
  oneOf?: Schema[]
  items?: Schema
  properties?: Record<string, Schema>
  required?: string[]
  format?: string
  pattern?: string
  minimum?: number
  maximum?: number
  minLength?: number
  maxLength?: number
  minItems?: number
  maxItems?: number
  default?: unknown
}
export type Schemas = Record<string, Schema>

export type Kind =
  | 'money' | 'rate' | 'count' | 'flag' | 'choice' | 'date' | 'time' | 'line' | 'text' | 'code'
  | 'pick' | 'picks' | 'hash' | 'file' | 'evidence' | 'group' | 'list' | 'union' | 'whole'

/** From where a value is picked instead of typed. */
export type Source =
  | 'person' | 'clause' | 'head' | 'material' | 'paper' | 'opinion' | 'problem' | 'fact' | 'scan' | 'enterprise' | 'filing'
  | 'materialCode' | 'valueName' | 'instructor' | 'successor' | 'timer' | 'proposal' | 'question' | 'straw' | 'vote' | 'lineObjection'

export interface Field {
  name: string
  /** The schema it stands in: two fields of one name may be called differently. */
  of: string
  kind: Kind
  required: boolean
  schema: Schema
  /** Name of the enum or of the parts' schema. */
  ref: string | null
  choices?: string[]
  source?: Source
  /** Of a group, a list of objects, or each member of a union. */
  fields?: Field[]
  members?: Record<string, Field[]>
}

const nameOf = (ref: string): string => ref.slice(ref.lastIndexOf('/') + 1)

const PICKED: Record<string, Source> = {
  person: 'person', persons: 'person', chief: 'person', old: 'person', scrutineers: 'person', counters: 'person',
  coordinators: 'person', clause: 'clause', clauses: 'clause', head: 'head', heads: 'head', material: 'material',
  paper: 'paper', fact: 'fact', scan: 'scan', enterprise: 'enterprise', enterprises: 'enterprise', covers: 'enterprise',
  items: 'filing', code: 'materialCode', name: 'valueName', opinion: 'opinion', problem: 'problem', about: 'timer',
  proposal: 'proposal', answers: 'proposal', question: 'question', poll: 'straw', objection: 'lineObjection',
}
/** Fields whose value the case itself knows: shown, never typed. */
const KNOWN = new Set(['text_hash', 'over', 'draft_hash', 'document_hash', 'minutes_hash'])
/** Acts that lay the file whose hash they name. */
const LAID: Record<string, string[]> = { WriteMinutes: ['minutes_hash'] }
/** Fields that are picked from something else than others of their name. */
const ELSE: Record<string, Source> = {
  'AskForInstructor.person': 'instructor', 'AssignInstructor.person': 'instructor', 'AddMinutesNote.answers': 'lineObjection', 'VoidPoll.poll': 'vote',
}

export function fieldsOf(name: string, schemas: Schemas, depth = 0): Field[] {
  const schema = schemas[name]
  if (!schema?.properties || depth > 5) return []
  const required = new Set(schema.required ?? [])
  return order(
    Object.entries(schema.properties)
      .filter(([field, shape]) => field !== 'type' && !(shape.const !== undefined))
      .map(([field, shape]) => fieldOf(field, name, shape, required.has(field), schemas, depth)),
    Object.keys(schema.properties),
  )
}

/** What must be said first, then what may, then when it happened and what proves it. */
function order(fields: Field[], _names: string[]): Field[] {
  const late = ['occurred_on', 'evidence', 'on_paper', 'service']
  const rank = (one: Field) => (late.includes(one.name) ? 2 + late.indexOf(one.name) : one.required ? 0 : 1)
  return [...fields].sort((a, b) => rank(a) - rank(b) || natural(a) - natural(b))
}

const NATURAL = [
  'head', 'answer', 'outcome', 'result', 'kind', 'scope', 'enterprise', 'wage_year', 'day', 'time', 'mode', 'place', 'plan', 'topics',
  'electorate', 'closes_on', 'closes_at', 'clause', 'text_hash', 'values', 'prose', 'asked_rate', 'asked_fen', 'rate', 'fen', 'name', 'demand', 'basis', 'title', 'code', 'period',
]
const natural = (one: Field): number => (NATURAL.indexOf(one.name) + 1 || 99)

function fieldOf(name: string, of: string, shape: Schema, required: boolean, schemas: Schemas, depth: number): Field {
  const bare = shape.anyOf?.find((one) => one.type !== 'null') ?? shape
  const base = { name, of, required, schema: bare, ref: bare.$ref ? nameOf(bare.$ref) : null }
  if (bare.$ref) return referred(base, nameOf(bare.$ref), schemas, depth)
  if (bare.enum) return { ...base, kind: 'choice', choices: bare.enum }
  if (bare.type === 'array') return listed(base, bare.items ?? {}, schemas, depth)
  return { ...base, ...plain(name, of, bare) }
}

type Base = Pick<Field, 'name' | 'of' | 'required' | 'schema' | 'ref'>

function referred(base: Base, ref: string, schemas: Schemas, depth: number): Field {
  const found = schemas[ref]
  if (ref === 'Evidence') return { ...base, kind: 'evidence' }
  if (found?.enum) return { ...base, kind: 'choice', choices: found.enum }
  const fields = fieldsOf(ref, schemas, depth + 1)
  return { ...base, kind: 'group', fields: base.of === 'ReplaceRepresentative' ? fields.map(succeeding) : fields }
}

/** Who takes a representative's place: those who would follow by the vote are offered first. */
const succeeding = (one: Field): Field => (one.source === 'person' ? { ...one, source: 'successor' } : one)

function listed(base: Base, item: Schema, schemas: Schemas, depth: number): Field {
  if (item.oneOf) {
    const members = item.oneOf.map((one) => nameOf(one.$ref ?? '')).map((ref) => {
      const kind = schemas[ref]?.properties?.kind?.const ?? ref
      return [kind, fieldsOf(ref, schemas, depth + 1)] as const
    })
    return { ...base, kind: 'union', members: Object.fromEntries(members) }
  }
  if (item.$ref) {
    const ref = nameOf(item.$ref)
    if (ref === 'DraftClause') return { ...base, kind: 'whole', ref }
    return { ...base, kind: 'list', ref, fields: fieldsOf(ref, schemas, depth + 1) }
  }
  const source = PICKED[base.name]
  return source ? { ...base, kind: 'picks', source } : { ...base, kind: 'code' }
}

function plain(name: string, of: string, shape: Schema): Pick<Field, 'kind' | 'source'> {
  if (shape.type === 'boolean') return { kind: 'flag' }
  if (name === 'fen' || name.endsWith('_fen')) return { kind: 'money' }
  if (name === 'rate' || name.endsWith('_rate')) return { kind: 'rate' }
  if (shape.type === 'integer') return { kind: 'count' }
  if (shape.format === 'date') return { kind: 'date' }
  if (name === 'time' || name === 'closes_at') return { kind: 'time' }
  if (LAID[of]?.includes(name)) return { kind: 'file' }
  if (KNOWN.has(name)) return { kind: 'hash' }
  if (name === 'file' || name.endsWith('_hash')) return { kind: 'file' }
  const source = ELSE[`${of}.${name}`] ?? PICKED[name]
  if (source && shape.pattern) return { kind: 'pick', source }
  if (shape.pattern) return { kind: 'code' }
  return { kind: (shape.maxLength ?? 0) > 300 ? 'text' : 'line' }
}

/** What a field is called. */
export const label = (one: Field): string =>
  wordOf(`form.fields_of.${one.of}.${one.name}`) ?? wordOf(`form.fields.${one.name}`) ?? one.name
export const help = (one: Field): string => wordOf(`form.helps.${one.name}`) ?? ''
export const choiceWord = (one: Field, choice: string): string =>
  wordOf(`form.words.${one.ref ?? one.name}.${choice}`) ?? wordOf(`sides.${choice}`) ?? choice
