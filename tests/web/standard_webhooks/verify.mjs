// Reads a JSON object of a secret and deliveries; says of each what the official library says.
import { readFileSync } from 'node:fs'
import { Webhook } from 'standardwebhooks'

const { secret, deliveries } = JSON.parse(readFileSync(0, 'utf8'))
const webhook = new Webhook(secret)
const verdicts = deliveries.map(({ headers, body }) => {
  try {
    return webhook.verify(body, headers).id
  } catch (wrong) {
    return wrong.constructor.name
  }
})
process.stdout.write(JSON.stringify(verdicts))
