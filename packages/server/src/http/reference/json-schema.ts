import { z } from 'zod'

/** A JSON Schema of 2020-12, which is what OpenAPI 3.1 holds. */
export type JsonSchema = z.core.JSONSchema.JSONSchema

/** Where a document keeps the schemas that have a name. */
const componentRoot = '#/components/schemas/'

/** JSON Schemas of ours, those with a name (`id` in their meta data) kept once. */
export class SchemaComponents {
  readonly all: Record<string, JsonSchema> = {}

  /** The schema, as it is written where it is used: a reference where it has a name. Inputs and answers have one shape. */
  use(schema: z.ZodType): JsonSchema {
    const { $schema: _dialect, $defs = {}, ...used } = z.toJSONSchema(schema, { io: 'input' })
    for (const [name, named] of Object.entries($defs)) {
      relocate(named)
      const known = (this.all[name] ??= named)
      if (JSON.stringify(known) !== JSON.stringify(named)) throw new Error(`two schemas are called ${name}`)
    }
    relocate(used)
    return used
  }
}

/** The name that a schema refers to, if it does. */
export function referredName({ $ref }: JsonSchema): string | undefined {
  return $ref?.startsWith(componentRoot) === true ? $ref.slice(componentRoot.length) : undefined
}

/** Points a schema's references, at any depth, to the document's components. */
function relocate(schema: JsonSchema): void {
  if (schema.$ref !== undefined) schema.$ref = schema.$ref.replace('#/$defs/', componentRoot)
  for (const part of partsOf(schema)) relocate(part)
}

/** The schemas directly inside a schema. */
function partsOf(schema: JsonSchema): JsonSchema[] {
  const { properties = {}, items, prefixItems, additionalProperties, anyOf, oneOf, allOf } = schema
  return [Object.values(properties), items, prefixItems, additionalProperties, anyOf, oneOf, allOf]
    .flat()
    .filter((part) => typeof part === 'object')
}
