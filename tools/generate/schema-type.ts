import type { ApiDocument } from '@weft/server'

type JsonSchema = ApiDocument['components']['schemas'][string]

/**
 * The TypeScript type of a JSON Schema, of as much of it as our API uses.
 *
 * @throws Error for a schema that it has no type for
 */
export function typeOf(schema: JsonSchema): string {
  const { $ref, const: only, enum: values, anyOf, oneOf, allOf, type } = schema
  if ($ref !== undefined) return $ref.slice($ref.lastIndexOf('/') + 1)
  if (only !== undefined) return JSON.stringify(only)
  if (values !== undefined) return union(values.map((value) => JSON.stringify(value)))
  const choices = anyOf ?? oneOf
  if (choices !== undefined) return union(choices.map(typeOf))
  if (allOf !== undefined) return allOf.map((part) => `(${typeOf(part)})`).join(' & ')
  if (type === undefined) return 'unknown'
  return union([type].flat().map((name) => primitive(name, schema)))
}

function primitive(name: string, schema: JsonSchema): string {
  switch (name) {
    case 'string':
    case 'boolean':
    case 'null':
      return name
    case 'number':
    case 'integer':
      return 'number'
    case 'array':
      return `readonly (${itemType(schema)})[]`
    case 'object':
      return objectType(schema)
    default:
      throw new Error(`no type for a schema of type ${name}`)
  }
}

function itemType({ items, prefixItems }: JsonSchema): string {
  if (prefixItems !== undefined) throw new Error('no type for a list whose items differ by place')
  return typeof items === 'object' && !Array.isArray(items) ? typeOf(items) : 'unknown'
}

function objectType({ properties = {}, required = [], additionalProperties }: JsonSchema): string {
  const fields = Object.entries(properties).map(([name, property]) => {
    const schema = typeof property === 'object' ? property : {}
    return field(name, schema, required.includes(name))
  })
  const others = typeof additionalProperties === 'object' ? typeOf(additionalProperties) : 'unknown'
  if (fields.length === 0) return `Readonly<Record<string, ${others}>>`
  const open = typeof additionalProperties === 'object' ? ['readonly [name: string]: unknown'] : []
  return record([...fields, ...open])
}

/** The type of an object with these fields, one on a line. */
export function record(fields: readonly string[]): string {
  return `{\n${fields.join('\n')}\n}`
}

/** One field of an object, with what is said of it. */
export function field(name: string, schema: JsonSchema, required: boolean): string {
  const key = /^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name)
  const type = typeOf(schema)
  return `${comment(schema.description)}readonly ${key}${required ? `: ${type}` : `?: ${type} | undefined`}`
}

/** A docstring, where there is something to say. */
export function comment(text: string | undefined): string {
  return text === undefined ? '' : `/** ${text.replaceAll('*/', '* /').replaceAll(/\s*\n\s*/g, ' ')} */\n`
}

function union(types: readonly string[]): string {
  return [...new Set(types)].join(' | ')
}
