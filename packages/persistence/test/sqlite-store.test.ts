import { describeStore } from '../src/contract/describe-store.ts'
import { makeSqliteFixture } from './sqlite-folder.ts'

describeStore({ name: 'sqlite', durable: true, damageable: true, create: makeSqliteFixture })
