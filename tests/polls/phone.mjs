// The voter's phone without its page: asks for a ballot, or opens what came back. One JSON in, one out; `rounds`: how long
// the secret is stretched, where a test does not want what the phone takes.
import { readFileSync } from 'node:fs'
import { argv, stdout } from 'node:process'
import { pathToFileURL } from 'node:url'

const from = (name) => import(pathToFileURL(`${argv[2]}/${name}.ts`).href)
const [{ Marked, padded }, { keyOf, thumbprint }, { hex, unhex }, { hashOf }] = await Promise.all(['ballot', 'blind', 'bytes', 'canonical'].map(from))

const asked = JSON.parse(readFileSync(0, 'utf8'))
const key = keyOf(asked.modulus)
const ballots = []
for (const { secret, choice, rounds, answer } of asked.ballots) {
  const marked = await Marked.of(key, asked.question, secret, choice, rounds)
  const told = { blinded: hex(marked.blinded), place: await marked.place() }
  if (answer) {
    told.cast = await marked.signed(unhex(answer))
    told.sent = padded(asked.question.poll, told.cast)
  }
  ballots.push(told)
}
stdout.write(JSON.stringify({ thumbprint: await thumbprint(key), hash: await hashOf(asked.opening), ballots }))
