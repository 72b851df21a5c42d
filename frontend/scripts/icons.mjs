// Draws the mark of public/icon.svg as PNG, for what takes no SVG: the home screen of a phone.
import { crc32, deflateSync } from 'node:zlib'

const SIDE = 48 // the drawing's own square
const SAMPLES = 4 // a pixel is looked at so often, each way
const [WORKER, EMPLOYER, WHITE] = [[0x2a, 0x4b, 0x9b], [0x7b, 0x3f, 0x0f], [0xff, 0xff, 0xff]]

const inDisc = (x, y, middle) => Math.hypot(x - middle, y - 24) <= 19
function inBar(x, y, left, top) {
  const [dx, dy] = [Math.max(left + 2.5 - x, 0, x - (left + 16.5)), y - (top + 2.5)]
  return Math.hypot(dx, dy) <= 2.5
}

/** The colour at a point of the drawing, or null where there is none. */
function colour(x, y) {
  if (inBar(x, y, 12, 16) || inBar(x, y, 17, 27)) return WHITE
  if (x <= 21.5 && inDisc(x, y, 24.25)) return WORKER
  if (x >= 26.5 && inDisc(x, y, 23.75)) return EMPLOYER
  return null
}

function chunk(name, content) {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), content])
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(content.length)
  check.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, check])
}

/** `size` pixels square; `share`: how much of it the mark takes; `ground`: what lies under it, null for nothing. */
export function png(size, share, ground) {
  const scale = SIDE / (size * share)
  const away = (size * (1 - share)) / 2
  const rows = Buffer.alloc(size * (size * 4 + 1))
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      let [alpha, red, green, blue] = [0, 0, 0, 0]
      for (let n = 0; n < SAMPLES * SAMPLES; n++) {
        const x = (column + ((n % SAMPLES) + 0.5) / SAMPLES - away) * scale
        const y = (row + (Math.floor(n / SAMPLES) + 0.5) / SAMPLES - away) * scale
        const found = colour(x, y) ?? ground
        if (found) [alpha, red, green, blue] = [alpha + 1, red + found[0], green + found[1], blue + found[2]]
      }
      const mean = alpha ? [red, green, blue].map((one) => Math.round(one / alpha)) : [0, 0, 0]
      rows.set([...mean, Math.round((alpha * 255) / (SAMPLES * SAMPLES))], row * (size * 4 + 1) + 1 + column * 4)
    }
  }
  const head = Buffer.alloc(13)
  head.writeUInt32BE(size, 0)
  head.writeUInt32BE(size, 4)
  head.set([8, 6, 0, 0, 0], 8)
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return Buffer.concat([signature, chunk('IHDR', head), chunk('IDAT', deflateSync(rows, { level: 9 })), chunk('IEND', Buffer.alloc(0))])
}
