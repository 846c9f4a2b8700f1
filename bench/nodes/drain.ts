/** SIGTERM to one of three nodes while everybody writes: how long until its people live on the others, and what it cost them. */
import { NodeChoice } from '../../test/support/node-choice.ts'
import { percentile } from '../support/percentiles.ts'
import { Cluster } from './cluster.ts'
import { closeCrowd, type CrowdMember, lookUntil, openCrowd } from './crowd.ts'
import { SavedEdits } from './saved-edits.ts'
import type { Workload } from '../support/workload.ts'

/** How long anybody may take, in milliseconds. */
const patience = 60_000

/** How long everybody writes before the drain and after it, in milliseconds. */
const writing = 2_000

/** The workload `drain`. */
export const drain: Workload = {
  name: 'drain',
  summary: 'SIGTERM to one of three nodes under load',
  options: {
    'drain-clients': { initial: 300, help: 'clients, all of them with the SDK' },
    'drain-documents': { initial: 60, help: 'documents that they share' },
    'drain-rate': { initial: 600, help: 'edits a second that all of them make together' },
  },
  run: async (size, placement) => {
    const [clients, documents, rate] = [size('drain-clients'), size('drain-documents'), size('drain-rate')]
    await using cluster = await Cluster.start({ nodes: 3, placement })
    const [first, ...others] = cluster.nodes.map(({ url }) => url)
    const choice = new NodeChoice([first ?? '', ...others])
    const crowd = await openCrowd(choice, clients, documents, 'drain')
    const edits = new SavedEdits()
    const stop = writeInTurn(crowd, edits, rate)
    await new Promise((resolve) => setTimeout(resolve, writing))
    const asked = performance.now()
    const ended = cluster.node(0).kill('SIGTERM')
    // A load balancer notices at the first refused connection, or by /readyz before that.
    choice.use(others)
    const { code } = await ended
    const ends = performance.now()
    await lookUntil('for everybody to be live', patience, () => crowd.every((member) => member.live))
    await new Promise((resolve) => setTimeout(resolve, writing))
    stop()
    await lookUntil('for everything to be saved', patience, () => crowd.every((member) => member.unsaved === 0))
    const moved = crowd.filter((member) => member.lostAt >= asked)
    const away = moved.map((member) => (member.liveSince - member.lostAt) / 1000)
    const last = Math.max(...moved.map((member) => member.liveSince))
    await closeCrowd(crowd)
    const { made, saved, lost } = await edits.count(others[0] ?? '')
    return {
      title: `One of three nodes is drained, ${clients} clients in ${documents} documents, ${rate} edits/s (${placement.text})`,
      measures: [
        { name: 'clients that moved', value: moved.length, unit: '' },
        { name: 'until the last is live on another node', value: (last - asked) / 1000, unit: 's', goal: { below: 6 } },
        { name: 'a client is away, p50', value: percentile(away, 50), unit: 's' },
        { name: 'a client is away, max', value: percentile(away, 100), unit: 's' },
        { name: 'until the process has ended', value: (ends - asked) / 1000, unit: 's' },
        { name: 'edits made', value: made, unit: '' },
        { name: 'edits called saved', value: saved, unit: '' },
      ],
      checks: [
        { name: `${lost} saved edits lost`, passed: lost === 0 },
        { name: 'nobody was shown a refusal', passed: crowd.every(({ refusals }) => refusals === 0) },
        { name: `the drained node ended with ${String(code)}`, passed: code === 0 },
      ],
    }
  },
}

/** Everybody edits in turn. @returns what ends that */
function writeInTurn(crowd: readonly CrowdMember[], edits: SavedEdits, rate: number): () => void {
  const start = performance.now()
  let made = 0
  const timer = setInterval(() => {
    for (const due = ((performance.now() - start) * rate) / 1000; made < due; made++) {
      const member = crowd[made % crowd.length]
      if (member !== undefined) edits.edit(member.document)
    }
  }, 5)
  return () => clearInterval(timer)
}
