import { digest, joined, type Bytes } from '../ballot/bytes.ts'
import { base64, unbase64 } from './notes.ts'

const node = (left: Bytes, right: Bytes): Promise<Bytes> => digest('SHA-256', joined(Uint8Array.of(1), left, right))
const EMPTY = '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='

/** Whether a proof (RFC 9162 §2.1.4.2) shows that the tree of `size` with root `now` goes on from the one of `first`. */
export async function consistent(first: number, size: number, was: string, now: string, proof: readonly string[]): Promise<boolean> {
  const path = proof.map(unbase64)
  const [old, top] = [unbase64(was), unbase64(now)]
  if (!old || !top || first > size || path.some((one) => one?.length !== 32)) return false
  if (first === size) return !path.length && was === now
  if (first === 0) return !path.length && was === EMPTY
  let [at, last] = [first - 1, size - 1]
  const up = (): void => void ([at, last] = [Math.floor(at / 2), Math.floor(last / 2)])
  while (at % 2) up()
  let earlier = at ? path.shift() : old
  let later = earlier
  if (!earlier || !later) return false
  for (; last > 0; up()) {
    if (at % 2 === 0 && at >= last) continue
    const beside = path.shift()
    if (!beside) return false
    if (at % 2) [earlier, later] = [await node(beside, earlier), await node(beside, later)]
    else later = await node(later, beside)
  }
  return !path.length && base64(earlier) === was && base64(later) === now
}
