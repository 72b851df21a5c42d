import type { components } from '@/api/schema'

export type Portal = components['schemas']['ClientDocument']
export type Scope = Portal['grants'][number]['scopes'][number]

/** What an enterprise can grant a program, what shows least first; `table` is its legal representative's alone. */
export const SCOPES: readonly Scope[] = ['cases', 'register', 'open', 'act', 'prepare', 'table']
