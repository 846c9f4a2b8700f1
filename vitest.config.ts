import { defineConfig, type ViteUserConfig } from 'vitest/config'

const seconds = 1_000

const config: ViteUserConfig = defineConfig({
  test: {
    pool: 'forks',
    // More would fight for the cores of a small machine with the servers and browsers that the tests start.
    maxWorkers: 2,
    passWithNoTests: false,
    allowOnly: false,
    // A wait that ends well ends at once; only a busy machine needs as long.
    expect: { poll: { timeout: 15 * seconds } },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['packages/*/test/**/*.test.{ts,tsx}'],
          testTimeout: 20 * seconds,
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['test/**/*.test.{ts,mjs}'],
          exclude: ['test/browser/**', 'test/chaos/**'],
          testTimeout: 60 * seconds,
          hookTimeout: 60 * seconds,
        },
      },
      {
        extends: true,
        test: {
          name: 'chaos',
          include: ['test/chaos/**/*.test.ts'],
          // One file at a time, for some of them measure; the runs of a file go two at a time.
          fileParallelism: false,
          maxConcurrency: 2,
          testTimeout: 60 * seconds,
          hookTimeout: 60 * seconds,
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          // One browser at a time: its tests measure what a person waits for.
          fileParallelism: false,
          testTimeout: 60 * seconds,
          hookTimeout: 60 * seconds,
        },
      },
    ],
  },
})

export default config
