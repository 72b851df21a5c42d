/** A QR code drawn on the phone: what it says is shown here alone and asked of no server. One size is enough for an address with a
 * code behind its #: version 5, level L, bytes, mask 0 (ISO/IEC 18004). */

const SIZE = 37
const DATA = 108
const CHECK = 26
const FORMAT = 0b111011111000100 // level L, mask 0, with its check bits

const EXP = new Uint8Array(512)
const LOG = new Uint8Array(256)
for (let at = 0, x = 1; at < 255; at++) {
  EXP[at] = EXP[at + 255] = x
  LOG[x] = at
  x = x & 0x80 ? (x << 1) ^ 0x11d : x << 1
}
const times = (a: number, b: number): number => (a && b ? EXP[LOG[a]! + LOG[b]!]! : 0)

/** The bytes and what they are checked by. */
function words(text: Uint8Array): Uint8Array {
  const made = new Uint8Array(DATA + CHECK)
  const bits = [0, 1, 0, 0, ...bitsOf(text.length, 8), ...Array.from(text, (one) => bitsOf(one, 8)).flat(), 0, 0, 0, 0]
  while (bits.length % 8) bits.push(0)
  for (let at = 0; at < bits.length && at < DATA * 8; at++) made[at >> 3]! |= bits[at]! << (7 - (at & 7))
  for (let at = bits.length / 8, odd = true; at < DATA; at++, odd = !odd) made[at] = odd ? 0xec : 0x11
  let by = [1]
  for (let at = 0; at < CHECK; at++) by = [...by, 0].map((one, n) => one ^ times(by[n - 1] ?? 0, EXP[at]!))
  const left = [...made.slice(0, DATA), ...new Array<number>(CHECK).fill(0)]
  for (let at = 0; at < DATA; at++) {
    const head = left[at]!
    by.forEach((one, n) => (left[at + n]! ^= times(one, head)))
  }
  made.set(left.slice(DATA), DATA)
  return made
}
const bitsOf = (value: number, length: number): number[] => Array.from({ length }, (_, at) => (value >> (length - 1 - at)) & 1)

/** What is the same in every code of this size; what is not drawn yet is null. */
function frame(): (boolean | null)[][] {
  const made = Array.from({ length: SIZE }, () => new Array<boolean | null>(SIZE).fill(null))
  const set = (row: number, column: number, dark: boolean): void => void (row >= 0 && column >= 0 && row < SIZE && column < SIZE && (made[row]![column] = dark))
  for (const [top, side] of [[0, 0], [0, SIZE - 7], [SIZE - 7, 0]] as const) {
    for (let r = -1; r <= 7; r++) for (let c = -1; c <= 7; c++) {
      const ring = Math.max(Math.abs(r - 3), Math.abs(c - 3))
      set(top + r, side + c, ring === 3 || ring <= 1)
    }
  }
  for (let r = -2; r <= 2; r++) for (let c = -2; c <= 2; c++) set(30 + r, 30 + c, Math.max(Math.abs(r), Math.abs(c)) !== 1)
  for (let at = 8; at < SIZE - 8; at++) (set(6, at, at % 2 === 0), set(at, 6, at % 2 === 0))
  const format = bitsOf(FORMAT, 15)
  const spots = [0, 1, 2, 3, 4, 5, 7, 8] as const
  spots.forEach((at, n) => (set(8, at, !!format[n]), set(SIZE - 1 - n, 8, !!format[n])))
  ;[7, 5, 4, 3, 2, 1, 0].forEach((at, n) => set(at, 8, !!format[8 + n]))
  for (let n = 7; n < 15; n++) set(8, SIZE - 15 + n, !!format[n])
  set(SIZE - 8, 8, true)
  return made
}

/** Rows of dark and light; null for what is too long. */
export function qr(text: string): boolean[][] | null {
  const bytes = new TextEncoder().encode(text)
  if (bytes.length > DATA - 2) return null
  const bits = Array.from(words(bytes), (one) => bitsOf(one, 8)).flat()
  const made = frame()
  let at = 0
  for (let right = SIZE - 1, up = true; right > 0; right -= 2, up = !up) {
    if (right === 6) right--
    for (let n = 0; n < SIZE; n++) for (const column of [right, right - 1]) {
      const row = up ? SIZE - 1 - n : n
      if (made[row]![column] === null) made[row]![column] = !!(bits[at++] ?? 0) !== ((row + column) % 2 === 0)
    }
  }
  return made as boolean[][]
}

/** The same as one path, a unit a module. */
export const pathOf = (rows: boolean[][]): string => rows.map((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : '')).join('')).join('')
export const QR_SIZE = SIZE
