import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import { workerFile } from '../worker-file.ts'

/** Lets another process append, kills it once it has been told of so many that they are durable, and gives what it said. */
export async function writeUntilKilled(url: string, documents: number, count: number): Promise<string[]> {
  const file = fileURLToPath(workerFile('durable-writer', import.meta.url))
  const writer = spawn(process.execPath, [file, url, String(documents)], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exit = once(writer, 'exit')
  const lines: string[] = []
  for await (const line of createInterface({ input: writer.stdout })) {
    lines.push(line)
    if (lines.length === count) writer.kill('SIGKILL')
  }
  const [, signal] = await exit
  expect(signal).toBe('SIGKILL')
  // The last line may have been cut by the kill.
  return lines.filter((line) => line.split(' ').at(-1)?.length === lines[0]?.split(' ').at(-1)?.length)
}
