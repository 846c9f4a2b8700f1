import { z } from 'zod'
import { timeSchema } from './time.ts'

/** A link to a document as the API lists it, without its secret. */
export interface LinkSummary {
  readonly id: string
  readonly role: 'read' | 'write'
  readonly created: string
  readonly createdBy: string
  readonly expires: string
}

const linkFields = {
  id: z.string().meta({ description: 'Names the link; nobody comes in by it.' }),
  role: z.enum(['read', 'write']),
  created: timeSchema,
  createdBy: z.string(),
  expires: timeSchema,
}

/** {@link LinkSummary} */
export const linkSummarySchema: z.ZodType<LinkSummary> = z.object(linkFields).meta({ id: 'Link' })

/** `GET /api/v1/documents/{id}/links` answers this. */
export interface LinkList {
  readonly links: readonly LinkSummary[]
}

/** {@link LinkList} */
export const linkListSchema: z.ZodType<LinkList> = z.object({ links: z.array(linkSummarySchema) })

/** A link that was made just now. */
export interface MadeLink extends LinkSummary {
  /** What its holders show wherever a token goes. It is told this once. */
  readonly token: string
  /** Where the web app opens the document with it, as a path of this server. */
  readonly path: string
}

/** {@link MadeLink} */
export const madeLinkSchema: z.ZodType<MadeLink> = z
  .object({
    ...linkFields,
    token: z.string().meta({ description: 'What its holders show wherever a token goes. It is told this once.' }),
    path: z.string().meta({ description: 'Where the web app opens the document with it, as a path of this server.' }),
  })
  .meta({ id: 'MadeLink' })

/** The body of `POST /api/v1/documents/{id}/links`. */
export const newLinkSchema: z.ZodType<{ role: 'read' | 'write'; expires?: string | undefined }> = z.strictObject({
  role: z.enum(['read', 'write']).default('read'),
  expires: z.iso
    .datetime({ offset: true, error: 'is no time such as 2030-01-31T12:00:00Z' })
    .optional()
    .meta({ description: 'When it ends: in a week where nothing is said. It never outlives what a token may hold.' }),
})
