import { describeNodeRegistry } from '../src/contract/node-registry-rules.ts'
import { MemoryNodes } from '../src/memory/memory-nodes.ts'

describeNodeRegistry({
  name: 'memory',
  create: () => {
    let now = 1_000
    const nodes = new MemoryNodes(() => now)
    return Promise.resolve({
      a: nodes,
      b: nodes,
      pass: async (milliseconds) => void (now += milliseconds),
      dispose: () => Promise.resolve(),
    })
  },
})
