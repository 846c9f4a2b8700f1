/** A node is killed with everybody on it: how long until each of them is live on another one, by the SDK's own backoff. */
import { NodeChoice } from '../../test/support/node-choice.ts'
import { percentile } from '../support/percentiles.ts'
import { Cluster, CpuSplit } from './cluster.ts'
import { closeCrowd, lookUntil, openCrowd } from './crowd.ts'
import type { Workload } from '../support/workload.ts'

/** How long anybody may take, in milliseconds. */
const patience = 60_000

/** The workload `kill`. */
export const nodeLoss: Workload = {
  name: 'kill',
  summary: 'kill -9 of the node that all clients are on',
  options: {
    'kill-clients': { initial: 1_000, help: 'clients, all of them with the SDK' },
    'kill-documents': { initial: 200, help: 'documents that they share' },
  },
  run: async (size, placement) => {
    const [clients, documents] = [size('kill-clients'), size('kill-documents')]
    await using cluster = await Cluster.start({ nodes: 3, placement })
    const [first, ...others] = cluster.nodes.map(({ url }) => url)
    const choice = new NodeChoice([first ?? ''])
    const crowd = await openCrowd(choice, clients, documents, 'kill')
    choice.use(others)
    const pids = { 'node B': cluster.node(1).pid, 'node C': cluster.node(2).pid, 'the clients': process.pid }
    const cpu = new CpuSplit(pids)
    const killed = performance.now()
    await cluster.node(0).kill('SIGKILL')
    await lookUntil('for everybody to be live again', patience, () =>
      crowd.every((member) => member.live && member.liveSince > killed),
    )
    const measures = cpu.measures()
    const times = crowd.map((member) => (member.liveSince - killed) / 1000)
    const noticed = crowd.map((member) => (member.lostAt - killed) / 1000)
    await closeCrowd(crowd)
    return {
      title: `A node is killed with ${clients} clients in ${documents} documents; two others take them (${placement.text})`,
      measures: [
        { name: 'until a client is live again, p50', value: percentile(times, 50), unit: 's', goal: { below: 1.5 } },
        { name: 'until a client is live again, p99', value: percentile(times, 99), unit: 's' },
        { name: 'until all of them are', value: Math.max(...times), unit: 's', goal: { below: 5 } },
        { name: 'until the last has noticed', value: Math.max(...noticed), unit: 's' },
        ...measures,
      ],
      checks: [
        { name: 'nobody was shown a refusal', passed: crowd.every(({ refusals }) => refusals === 0) },
        { name: 'everybody was on the node that was killed', passed: noticed.every((time) => time >= 0) },
      ],
    }
  },
}
