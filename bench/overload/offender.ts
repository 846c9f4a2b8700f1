/** A process of its own that offends when it is told to, so that what it does to itself does not count as what others feel. */
import { offences, type OffenceName } from './offences.ts'

const [name = '', url = ''] = process.argv.slice(2)
const offend = await offences[isOffence(name) ? name : 'tiny'].come(url)
process.send?.('ready')
process.once('message', () => offend())
process.once('disconnect', () => process.exit())

function isOffence(text: string): text is OffenceName {
  return Object.hasOwn(offences, text)
}
