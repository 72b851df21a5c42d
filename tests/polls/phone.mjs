// The voter's phone without its page: asks for a ballot, or opens what came back. One JSON in, one out; `rounds`: how long
// the secret is stretched, where a test does not want what the phone takes.
import { readFileSync } from 'node:fs'
import { argv, stdout } from 'node:process'
import { pathToFileURL } from 'node:url'

const from = (name) => import(pathToFileURL(`${argv[2]}/${name}.ts`).href)
const [{ Marked, padded }, { keyOf, thumbprint }, { hex, unhex }, { hashOf }, { draftHash, received }] = await Promise.all(
  ['ballot', 'blind', 'bytes', 'canonical', 'opening'].map(from),
)

const asked = JSON.parse(readFileSync(0, 'utf8'))
const key = keyOf(asked.modulus)
const ballots = []
for (const { secret, choice, rounds, answer } of asked.ballots) {
  const marked = await Marked.of(key, asked.question, secret, choice, rounds)
  const made = { blinded: hex(marked.blinded), place: await marked.place() }
  if (answer) {
    made.cast = await marked.signed(unhex(answer))
    made.sent = padded(asked.question.poll, made.cast)
  }
  ballots.push(made)
}
const told = { thumbprint: await thumbprint(key), hash: await hashOf(asked.opening), ballots }
if (asked.draft) told.draft = await draftHash(asked.draft)
if (asked.receipt) {
  const { receiptKey, poll, place, receipt } = asked.receipt
  told.received = await received({ poll, receiptKey: unhex(receiptKey) }, place, receipt)
}
stdout.write(JSON.stringify(told))
