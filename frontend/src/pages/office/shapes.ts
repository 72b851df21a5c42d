import type { components } from '@/api/schema'

type S = components['schemas']
export type Body = S['ShapesBody']
type Place = Pick<S['RegionDocument'], 'code' | 'name_zh' | 'name_en'>

export interface Read {
  shapes: Body
  /** Features that are of no place here, or a second time of one, by what the file calls them. */
  left: string[]
}

/** What makes a file no map: which sentence says it. */
export class NoMap extends Error {
  constructor(readonly key: 'no_json' | 'no_features' | 'no_place') {
    super(key)
  }
}

const SEVEN = 1e6
type Nest = number | Nest[]
/** Longitude and latitude alone, to a tenth of a metre: heights are no business of a map. */
const flat = (one: Nest): Nest => (Array.isArray(one) && typeof one[0] === 'number' ? (one as number[]).slice(0, 2).map((n) => Math.round(n * SEVEN) / SEVEN) : (one as Nest[]).map(flat))
const words = (one: unknown): string => (typeof one === 'string' || typeof one === 'number' ? String(one).trim() : '')

/** The shapes of our places in a GeoJSON file of whoever drew it: by code or by name; all else it says is left behind. */
export function shapesIn(text: string, places: readonly Place[]): Read {
  let file: { features?: unknown }
  try {
    file = JSON.parse(text) as { features?: unknown }
  } catch {
    throw new NoMap('no_json')
  }
  const features = Array.isArray(file?.features) ? (file.features as { id?: unknown; properties?: Record<string, unknown> | null; geometry?: { type?: string; coordinates?: Nest } | null }[]) : []
  if (!features.length) throw new NoMap('no_features')
  const known = new Map<string, string>()
  for (const one of places) for (const key of [one.code, one.name_zh, one.name_en.toLowerCase()]) known.set(key, one.code)
  const left: string[] = []
  const found = new Map<string, Body['features'][number]>()
  for (const one of features) {
    const said = [...Object.values(one.properties ?? {}), one.id].map(words).filter(Boolean)
    const code = said.map((word) => known.get(word) ?? known.get(word.toLowerCase())).find(Boolean)
    const { type, coordinates } = one.geometry ?? {}
    if (!code || found.has(code) || (type !== 'Polygon' && type !== 'MultiPolygon') || !coordinates) {
      left.push(words(one.properties?.name) || said[0] || '?')
      continue
    }
    found.set(code, { type: 'Feature', properties: { code }, geometry: { type, coordinates: flat(coordinates) } } as Body['features'][number])
  }
  if (!found.size) throw new NoMap('no_place')
  return { shapes: { type: 'FeatureCollection', features: [...found.values()] } as Body, left }
}
