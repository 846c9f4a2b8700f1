import { readFileSync } from 'node:fs'
import { z } from 'zod'
import type { Spread, WorkloadResults } from './run.ts'

/** All that one run found, as it is written with `--out`. */
export interface Results {
  readonly machine: { readonly cpu: string; readonly cores: number; readonly node: string; readonly pinned: boolean }
  readonly rounds: number
  readonly seconds: number
  readonly workloads: Record<string, WorkloadResults>
}

const spread: z.ZodType<Spread> = z.object({ median: z.number(), least: z.number(), most: z.number() })
const row = z.union([z.string(), z.record(z.string(), spread)])
const results: z.ZodType<Results> = z.object({
  machine: z.object({ cpu: z.string(), cores: z.number(), node: z.string(), pinned: z.boolean() }),
  rounds: z.number(),
  seconds: z.number(),
  workloads: z.record(z.string(), z.record(z.string(), z.record(z.string(), row))),
})

/** Reads what a run wrote. @throws Error where the file is something else */
export function readResults(file: string): Results {
  return results.parse(JSON.parse(readFileSync(file, 'utf8')))
}
