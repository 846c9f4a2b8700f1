import { html } from 'hono/html'
import { type JsonSchema, referredName } from './json-schema.ts'

/** HTML whose values are escaped. */
export type Html = ReturnType<typeof html>

/** Plain text in which backticks mark code. */
export function prose(text: string): Html[] {
  return text.split('`').map((part, at) => (at % 2 === 1 ? html`<code>${part}</code>` : html`${part}`))
}

/** What a schema is, in a few words; a link where it has a name. */
export function typeName(schema: JsonSchema): Html {
  const name = referredName(schema)
  if (name !== undefined) return html`<a href="#schema-${name}">${name}</a>`
  if (schema.const !== undefined) return html`<code>${JSON.stringify(schema.const)}</code>`
  if (schema.enum !== undefined) return joined(schema.enum.map((value) => html`<code>${String(value)}</code>`))
  const { anyOf, oneOf, allOf, items } = schema
  const choices = anyOf ?? oneOf ?? allOf
  if (choices !== undefined) return joined(choices.map(typeName))
  if (typeof items === 'object' && !Array.isArray(items)) return html`list of ${typeName(items)}`
  const types = [schema.type ?? []].flat().map((type) => (type === 'string' ? (schema.format ?? type) : type))
  return html`${types.join(' or ')}${limitsOf(schema)}`
}

/** A table of an object's fields. */
export function fieldsTable({ properties = {}, required = [] }: JsonSchema): Html {
  const fields = Object.entries(properties).map(([name, property]): [string, JsonSchema] => [
    name,
    typeof property === 'object' ? property : {},
  ])
  return html`<div class="table">
    <table>
      <thead>
        <tr>
          <th>field</th>
          <th>type</th>
          <th></th>
        </tr>
      </thead>
      <tbody>
        ${fields.map(
          ([name, field]) =>
            html`<tr>
              <td><code>${name}</code>${required.includes(name) ? '' : html` <i>optional</i>`}</td>
              <td>${typeName(field)}</td>
              <td>${prose(field.description ?? '')}${inner(field)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`
}

/** The fields of an object without a name, where a field holds one or a list of them. */
function inner({ properties, items, ...schema }: JsonSchema): Html {
  if (properties !== undefined) return fieldsTable({ ...schema, properties })
  return typeof items === 'object' && !Array.isArray(items) ? inner(items) : html``
}

function joined(parts: readonly Html[]): Html {
  return html`${parts.flatMap((part, at) => (at === 0 ? [part] : [' or ', part]))}`
}

function limitsOf({ minimum, maximum, minLength, maxLength, default: fallback }: JsonSchema): string {
  const lowest = minimum ?? minLength
  const highest = maximum ?? maxLength
  const unit = minLength === undefined && maxLength === undefined ? '' : ' characters'
  const said = [
    lowest !== undefined && highest !== undefined ? `${lowest} to ${highest}${unit}` : undefined,
    lowest === undefined && highest !== undefined ? `up to ${highest}${unit}` : undefined,
    lowest !== undefined && highest === undefined ? `from ${lowest}${unit}` : undefined,
    fallback === undefined ? undefined : `default ${JSON.stringify(fallback)}`,
  ].filter((part) => part !== undefined)
  return said.length === 0 ? '' : `, ${said.join(', ')}`
}
