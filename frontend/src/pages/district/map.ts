import type { components } from '@/api/schema'
import { language } from '@/texts/i18n'
import type { Cockpit, Coverage, Covered, Figures } from './figures'

type S = components['schemas']
export type MapDocument = S['MapDocument']
export type Tile = S['TileDocument']
export type Shapes = S['Shapes']
type Geometry = S['Geometry']

/** What a place is coloured by. Shares have four steps of one colour; what is late or soon due is counted. */
export const MEASURES = ['agreed', 'established', 'due', 'late', 'votes'] as const
export type Measure = (typeof MEASURES)[number]
export const COUNTED: ReadonlySet<Measure> = new Set<Measure>(['due', 'late'])

/** `none`: nothing is there to be counted; `few`: what is there is of few enterprises and not shown. */
export type Tone = 't1' | 't2' | 't3' | 't4' | 'due' | 'over' | 'none' | 'few'

export interface Spot {
  code: string
  name: string
  tone: Tone
  /** What stands on the tile: `78%` or `3`; empty where nothing is counted or shown. */
  said: string
  firms: number | null
  late: number
  x: number
  y: number
}

const STEPS: readonly [number, Tone][] = [[70, 't4'], [50, 't3'], [35, 't2']]
export const toneOf = (percent: number): Tone => STEPS.find(([from]) => percent >= from)?.[1] ?? 't1'
const rounded = (percent: string): string => `${Math.round(Number(percent))}%`

type Cell = Figures | Covered | null | undefined

/** What a place shows by a measure. Without a cell nobody began there; null is what the API hides. */
export function shownAt(measure: Measure, figures: Figures | null | undefined, covered: Covered | null | undefined): Pick<Spot, 'tone' | 'said'> {
  const cell: Cell = measure === 'established' ? covered : figures
  if (cell === null) return { tone: 'few', said: '' }
  if (cell === undefined) return { tone: 'none', said: '' }
  if (COUNTED.has(measure)) {
    const count = measure === 'late' ? (cell as Figures).red : (cell as Figures).yellow
    return { tone: count ? (measure === 'late' ? 'over' : 'due') : 't1', said: String(count) }
  }
  const percent = measure === 'established' ? (cell as Covered).established : measure === 'agreed' ? (cell as Figures).agreed_rate : (cell as Figures).turnout
  return percent === null ? { tone: 'none', said: '' } : { tone: toneOf(Number(percent)), said: rounded(percent) }
}

/** Every place of the map, and those with figures that the map has no tile for, in reading order. */
export function spots(map: MapDocument, found: Cockpit, coverage: Coverage | null, measure: Measure, names: (code: string) => string): Spot[] {
  const tiles = new Map(map.tiles.map((one) => [one.code, one]))
  const rows = 1 + Math.max(-1, ...map.tiles.map((one) => one.y))
  const left = Math.min(0, ...map.tiles.map((one) => one.x))
  const beside = Object.keys(found.by_place).filter((code) => !tiles.has(code)).sort()
  const all = [...tiles.keys(), ...beside].map((code, at) => {
    const tile = tiles.get(code)
    const figures = found.by_place[code]
    const covered = coverage?.by_place[code]
    const firms = measure === 'established' ? covered?.enterprises : figures?.enterprises
    return {
      code,
      name: tile ? (language() === 'en' ? tile.name_en : tile.name_zh) : names(code),
      ...shownAt(measure, figures, covered),
      firms: firms ?? null,
      late: figures?.red ?? 0,
      x: tile ? tile.x - left : at - tiles.size,
      y: tile ? tile.y : rows,
    }
  })
  return all.sort((a, b) => a.y - b.y || a.x - b.x)
}

// --- shapes -----------------------------------------------------------------------------------------------------------

export interface Drawn {
  code: string
  path: string
  /** The middle of its largest piece, and how wide and high that is. */
  at: [number, number]
  room: number
  tall: number
}

type Ring = [number, number][]
const rings = (one: Geometry): Ring[][] => (one.type === 'Polygon' ? [one.coordinates as Ring[]] : (one.coordinates as Ring[][]))

function bounds(points: Iterable<[number, number]>): [number, number, number, number] {
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity]
  for (const [x, y] of points) {
    west = Math.min(west, x)
    east = Math.max(east, x)
    south = Math.min(south, y)
    north = Math.max(north, y)
  }
  return [west, south, east, north]
}

/** The shapes on a sheet of this width: longitude shortened by the latitude in the middle, north at the top. */
export function drawn(shapes: Shapes, width: number): { height: number; places: Drawn[] } {
  const [west, south, east, north] = bounds(shapes.features.flatMap((one) => rings(one.geometry).flat(2) as Ring))
  const narrow = Math.cos((((south + north) / 2) * Math.PI) / 180)
  const scale = width / Math.max((east - west) * narrow, 1e-9)
  const at = ([x, y]: [number, number]): [number, number] => [(x - west) * narrow * scale, (north - y) * scale]
  const places = shapes.features.map((one) => {
    const pieces = rings(one.geometry)
    const path = pieces.flat().map((ring) => `M${ring.map((point) => at(point).map((n) => n.toFixed(1)).join(' ')).join('L')}Z`).join('')
    const outer = pieces.map((piece) => bounds(piece[0]!)).sort((a, b) => (b[2] - b[0]) * (b[3] - b[1]) - (a[2] - a[0]) * (a[3] - a[1]))[0]!
    return { code: one.properties.code, path, at: at([(outer[0] + outer[2]) / 2, (outer[1] + outer[3]) / 2]), room: (outer[2] - outer[0]) * narrow * scale, tall: (outer[3] - outer[1]) * scale }
  })
  return { height: Math.max((north - south) * scale, 1), places }
}

const WIDE = /[\u2e80-\uffef]/
const em = (text: string): number => [...text].reduce((sum, one) => sum + (WIDE.test(one) ? 1 : 0.6), 0)

/** Which of some lines, the first the most wanted, stand inside a shape at a size; one that does not fit is left out. */
export function fitting(place: Pick<Drawn, 'room' | 'tall'>, lines: readonly string[], size: number): string[] {
  const rows = Math.floor((place.tall * 0.9) / (size * 1.25))
  return lines.filter((one) => one && em(one) * size <= place.room * 0.94).slice(0, Math.max(rows, 0))
}
