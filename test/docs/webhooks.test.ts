import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { newSecret, signedDelivery } from '../../packages/server/src/webhooks/signature.ts'

const moduleSchema = z.object({
  isFromWeft: z.custom<(...given: readonly unknown[]) => unknown>((value) => typeof value === 'function'),
})

/** The function that the guide for developers gives them. */
async function documented(): Promise<(...given: readonly unknown[]) => unknown> {
  const text = await readFile(join(import.meta.dirname, '../../docs/embedding.md'), 'utf8')
  const code = [...text.matchAll(/```js\n(.*?)```/gs)].map(([, block = '']) => block)
  const snippet = code.find((block) => block.includes('webhook-signature')) ?? ''
  const folder = await mkdtemp(join(tmpdir(), 'weft-docs-'))
  try {
    await writeFile(join(folder, 'verify.mjs'), snippet)
    const module: unknown = await import(join(folder, 'verify.mjs'))
    return moduleSchema.parse(module).isFromWeft
  } finally {
    await rm(folder, { recursive: true })
  }
}

it('what developers are given to verify a webhook takes what is signed, and nothing else', async () => {
  const isFromWeft = await documented()
  const secret = newSecret()
  const delivery = {
    id: 'msg_1',
    event: 'document.changed',
    document: 'd',
    at: 1,
    data: { title: 'Zoë' },
    attempts: 0,
  } as const
  const { headers, body } = signedDelivery(delivery, secret, Date.now())
  expect(isFromWeft(headers, body, secret)).toBe(true)
  expect(isFromWeft({ ...headers, 'webhook-signature': `v1,x ${headers['webhook-signature']}` }, body, secret)).toBe(
    true,
  )
  expect(isFromWeft(headers, `${body} `, secret)).toBe(false)
  expect(isFromWeft(headers, body, newSecret())).toBe(false)
  expect(isFromWeft({ ...headers, 'webhook-id': 'msg_2' }, body, secret)).toBe(false)
  expect(isFromWeft({}, body, secret)).toBe(false)
  const old = signedDelivery(delivery, secret, Date.now() - 400_000)
  expect(isFromWeft(old.headers, old.body, secret)).toBe(false)
})
