import type { ApiDocument } from '@weft/server'
import { comment, field, record, typeOf } from './schema-type.ts'

type Operation = ApiDocument['paths'][string][string]
type Content = NonNullable<Operation['requestBody']>['content']

const head = `// Generated from the API's OpenAPI document by \`npm run generate\`; what is written here by hand is lost.
`

/** The types of the API's named schemas. Not formatted yet. */
export function typesSource({ components }: ApiDocument): string {
  const types = Object.entries(components.schemas).map(([name, schema]) =>
    schema.properties === undefined
      ? `${comment(schema.description)}export type ${name} = ${typeOf(schema)}\n`
      : `${comment(schema.description)}export interface ${name} ${typeOf(schema)}\n`,
  )
  return `${head}\n${types.join('\n')}`
}

/** A method for each of the API's operations. Not formatted yet. */
export function methodsSource({ paths, components }: ApiDocument): string {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => operationSource(method.toUpperCase(), path, operation)),
  )
  const signatures = operations.map(({ signature }) => signature).join('\n')
  const uses = (name: string): boolean => new RegExp(String.raw`\b${name}\b`).test(withoutComments(signatures))
  return `${head}import type { ${Object.keys(components.schemas).filter(uses).join(', ')} } from './types.generated.ts'
import type { ${['Call', 'CallOptions', 'RawBody'].filter((name) => name === 'Call' || uses(name)).join(', ')} } from './call.ts'

/** A method for each operation of the API. All of them throw \`WeftHttpError\`. */
export interface WeftHttp {
${signatures}
}

/** The methods, by way of one function that asks. */
export function methodsBy(call: Call): WeftHttp {
  return {
${operations.map(({ implementation }) => implementation).join(',\n')}
  }
}
`
}

function withoutComments(source: string): string {
  return source.replaceAll(/\/\*[^]*?\*\//g, '')
}

/** What an operation adds to the client. */
interface OperationSource {
  readonly signature: string
  readonly implementation: string
}

function operationSource(method: string, path: string, operation: Operation): OperationSource {
  const { operationId, summary, description, requestBody, responses } = operation
  const parameters = parametersOf(operation)
  const body = requestBody === undefined ? undefined : bodyType(requestBody.content)
  const bodyOptional = requestBody?.required !== true
  // Only what comes last may be left away.
  const parametersOptional = parameters?.required === false && bodyOptional
  const given = [
    ...(parameters === undefined ? [] : [`parameters${parametersOptional ? '?' : ''}: ${parameters.type}`]),
    ...(body === undefined ? [] : [`body${bodyOptional ? '?' : ''}: ${body.type}`]),
    'options?: CallOptions',
  ]
  const answer = answerOf(responses)
  const names = given.map((one) => /^\w+/.exec(one)?.[0] ?? '')
  const facts = [
    `method: '${method}'`,
    `path: '${path}'`,
    ...names.map((name) => (name === 'body' ? `${body?.raw === true ? 'raw' : 'json'}: body` : name)),
  ]
  const needs = `Needs ${operation['x-weft-needs'] ?? 'no token'}.`
  const said = [summary, '', ...(description === undefined ? [] : [description]), needs, `\`${method} ${path}\``]
  return {
    signature: `${block(said)}${operationId}(${given.join(', ')}): Promise<${answer.type}>`,
    implementation: `${operationId}: (${names.join(', ')}) => call.${answer.kind}({ ${facts.join(', ')} })`,
  }
}

/** A docstring of several lines. */
function block(lines: readonly string[]): string {
  return ['/**', ...lines.map((line) => ` * ${line.replaceAll('*/', '* /').replaceAll('\n', ' ')}`), ' */\n'].join('\n')
}

/** Those of path and query; headers are among the options. */
function parametersOf({ operationId, parameters = [] }: Operation): { type: string; required: boolean } | undefined {
  const named = parameters.filter((parameter) => parameter.in !== 'header')
  if (named.length === 0) return undefined
  if (new Set(named.map(({ name }) => name)).size < named.length) {
    throw new Error(`${operationId} has one name in its path and in its query`)
  }
  const fields = named.map(({ name, schema, description, required }) =>
    field(name, description === undefined ? schema : { ...schema, description }, required),
  )
  return { type: record(fields), required: named.some(({ required }) => required) }
}

function bodyType(content: Content): { type: string; raw: boolean } {
  const json = content['application/json']?.schema
  if (json !== undefined) return { type: typeOf(json), raw: false }
  const types = Object.keys(content).map((type) => (type.includes('*') ? 'string' : JSON.stringify(type)))
  return { type: `RawBody<${types.join(' | ')}>`, raw: true }
}

/** JSON of one schema is read; what may be one of several media, or is no JSON, is a response whose body the caller reads. */
function answerOf(responses: Operation['responses']): { kind: 'json' | 'nothing' | 'response'; type: string } {
  const contents = Object.entries(responses)
    .filter(([status]) => status.startsWith('2'))
    .map(([, { content = {} }]) => content)
  const media = new Set(contents.flatMap((content) => Object.keys(content)))
  if (media.size === 0) return { kind: 'nothing', type: 'void' }
  if (media.size > 1 || !media.has('application/json')) return { kind: 'response', type: 'Response' }
  const types = contents.map((content) => {
    const schema = content['application/json']?.schema
    return schema === undefined ? 'null' : typeOf(schema)
  })
  return { kind: 'json', type: [...new Set(types)].join(' | ') }
}
