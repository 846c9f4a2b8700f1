import { describeStore } from '../src/contract/describe-store.ts'
import { MemoryStore } from '../src/memory/memory-store.ts'

describeStore({
  name: 'memory',
  durable: false,
  damageable: false,
  create: () => Promise.resolve({ open: async () => new MemoryStore(), dispose: async () => {} }),
})
