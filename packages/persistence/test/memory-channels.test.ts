import { describeNodeChannel } from '../src/contract/node-channel-rules.ts'
import { MemoryChannels } from '../src/memory/memory-channels.ts'

describeNodeChannel({
  name: 'memory',
  create: async () => {
    const channels = new MemoryChannels()
    return { a: channels.of('node-a'), b: channels.of('node-b'), dispose: () => Promise.resolve() }
  },
})
