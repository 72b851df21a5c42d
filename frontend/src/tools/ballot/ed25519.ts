import { b64, joined, type Bytes } from './bytes.ts'

/** Whether an Ed25519 signature holds (RFC 8032 §5.1.7). Many phones in use have a browser that cannot say: there we reckon it
 * ourselves. What is looked at is public, so it may take the time it takes. */
export async function holds(key: Bytes, message: Bytes, signature: Bytes): Promise<boolean> {
  let known: CryptoKey
  try {
    known = await crypto.subtle.importKey('jwk', { kty: 'OKP', crv: 'Ed25519', x: b64(key), ext: true }, 'Ed25519', true, ['verify'])
  } catch {
    return reckoned(key, message, signature) // this browser knows no such keys, or this is none
  }
  return crypto.subtle.verify('Ed25519', known, signature, message)
}

const P = 2n ** 255n - 19n
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n
const mod = (a: bigint): bigint => ((a % P) + P) % P

function power(base: bigint, exponent: bigint): bigint {
  let [out, square, left] = [1n, mod(base), exponent]
  for (; left; left >>= 1n) {
    if (left & 1n) out = mod(out * square)
    square = mod(square * square)
  }
  return out
}

const D = mod(-121665n * power(121666n, P - 2n))
const ROOT = power(2n, (P - 1n) / 4n) // of -1

/** x, y, z and x·y/z of a point. */
type Point = readonly [bigint, bigint, bigint, bigint]
const NOTHING: Point = [0n, 1n, 1n, 0n]

function sum(a: Point, b: Point): Point {
  const [A, B] = [mod((a[1] - a[0]) * (b[1] - b[0])), mod((a[1] + a[0]) * (b[1] + b[0]))]
  const [C, E] = [mod(2n * a[3] * b[3] * D), mod(2n * a[2] * b[2])]
  const [e, f, g, h] = [B - A, E - C, E + C, B + A]
  return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)]
}

function times(n: bigint, point: Point): Point {
  let [out, twice] = [NOTHING, point]
  for (let left = n; left; left >>= 1n) {
    if (left & 1n) out = sum(out, twice)
    twice = sum(twice, twice)
  }
  return out
}

const little = (bytes: Uint8Array): bigint => bytes.reduceRight((all, one) => (all << 8n) | BigInt(one), 0n)

function pointOf(bytes: Uint8Array): Point | null {
  const whole = little(bytes)
  const [y, odd] = [whole & ((1n << 255n) - 1n), whole >> 255n]
  if (bytes.length !== 32 || y >= P) return null
  const [u, v] = [mod(y * y - 1n), mod(D * y * y + 1n)]
  let x = mod(u * power(v, 3n) * power(u * power(v, 7n), (P - 5n) / 8n))
  if (mod(v * x * x) === mod(-u)) x = mod(x * ROOT)
  if (mod(v * x * x) !== u || (x === 0n && odd)) return null
  if ((x & 1n) !== odd) x = P - x
  return [x, y, 1n, mod(x * y)]
}

const BASE = pointOf(Uint8Array.from([0x58, ...new Array<number>(31).fill(0x66)]))!

export async function reckoned(key: Bytes, message: Bytes, signature: Bytes): Promise<boolean> {
  const [a, r, s] = [pointOf(key), pointOf(signature.slice(0, 32)), little(signature.slice(32))]
  if (!a || !r || signature.length !== 64 || s >= ORDER) return false
  const k = little(new Uint8Array(await crypto.subtle.digest('SHA-512', joined(signature.slice(0, 32), key, message)))) % ORDER
  const [left, right] = [times(s, BASE), sum(r, times(k, a))]
  return mod(left[0] * right[2]) === mod(right[0] * left[2]) && mod(left[1] * right[2]) === mod(right[1] * left[2])
}

/** A point in 32 bytes (RFC 8032 §5.1.2). */
function packed([x, y, z]: Point): Bytes {
  const inverse = power(z, P - 2n)
  const [flat, high] = [mod(x * inverse), mod(y * inverse)]
  return bytesLittle(high | ((flat & 1n) << 255n))
}
const bytesLittle = (number: bigint): Bytes => Uint8Array.from({ length: 32 }, (_, at) => Number((number >> BigInt(8 * at)) & 255n))

async function halves(seed: Bytes): Promise<[bigint, Bytes]> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-512', seed))
  const low = hash.slice(0, 32)
  low[0]! &= 248
  low[31] = (low[31]! & 127) | 64
  return [little(low), hash.slice(32)]
}

/** The public half of a seed (RFC 8032 §5.1.5). */
export const publicOf = async (seed: Bytes): Promise<Bytes> => packed(times((await halves(seed))[0], BASE))

/** A signature made with a seed (RFC 8032 §5.1.6), where the browser cannot. It takes as long as the numbers in it are: whoever could
 * measure that on this device could read the seed as well. */
export async function signedWith(seed: Bytes, message: Bytes): Promise<Bytes> {
  const [secret, prefix] = await halves(seed)
  const key = packed(times(secret, BASE))
  const hashed = async (...parts: Bytes[]): Promise<bigint> => little(new Uint8Array(await crypto.subtle.digest('SHA-512', joined(...parts)))) % ORDER
  const once = await hashed(prefix, message)
  const point = packed(times(once, BASE))
  return joined(point, bytesLittle((once + (await hashed(point, key, message)) * secret) % ORDER))
}
