import { problemKinds } from '@weft/protocol/http'
import { html, raw } from 'hono/html'
import type { ApiDocument } from './api-document.ts'
import type { ApiOperation, ApiParameter, ApiResponse } from './api-operation.ts'
import { fieldsTable, type Html, prose, typeName } from './reference-schema.ts'
import { referenceStyle } from './reference-style.ts'

/** A route with its place. */
interface Route {
  readonly method: string
  readonly path: string
  readonly operation: ApiOperation
}

/** The API's reference as one page that loads nothing. */
export function referencePage(document: ApiDocument): Html {
  const groups = groupsOf(document)
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Weft: the HTTP API</title>
        <meta name="color-scheme" content="light dark" />
        <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
        <style>
          ${raw(referenceStyle)}
        </style>
      </head>
      <body>
        <nav aria-label="Contents">
          <a class="home" href="#top">Weft <span>HTTP API</span></a>
          ${[...groups].map(([group, routes]) => contentsOf(group, routes))}
          <h2>More</h2>
          <ul>
            <li><a href="#schemas">Schemas</a></li>
            <li><a href="#problems">Problems</a></li>
            <li><a href="/api/v1/openapi.json">OpenAPI document</a></li>
          </ul>
        </nav>
        <main id="top">
          <h1>The HTTP API</h1>
          ${document.info.description.split('\n\n').map((text) => html`<p class="lead">${prose(text)}</p>`)}
          ${[...groups].map(
            ([group, routes]) =>
              html`<h2 id="${group}">${group}</h2>
                ${routes.map(article)}`,
          )}
          <h2 id="schemas">schemas</h2>
          ${Object.entries(document.components.schemas).map(
            ([name, schema]) =>
              html`<article id="schema-${name}">
                <h3>${name}</h3>
                ${schema.description === undefined ? '' : html`<p>${prose(schema.description)}</p>`}
                ${schema.properties === undefined ? html`<p><code>${typeName(schema)}</code></p>` : fieldsTable(schema)}
              </article>`,
          )}
          <h2 id="problems">problems</h2>
          <div class="table">
            <table>
              <thead>
                <tr>
                  <th>type</th>
                  <th>status</th>
                  <th>meaning</th>
                </tr>
              </thead>
              <tbody>
                ${Object.entries(problemKinds).map(
                  ([kind, { status, text }]) =>
                    html`<tr id="problem-${kind}">
                      <td><code>/problems/${kind}</code></td>
                      <td>${status}</td>
                      <td>${prose(text)}</td>
                    </tr>`,
                )}
              </tbody>
            </table>
          </div>
        </main>
      </body>
    </html>`
}

/** Routes by their first tag, in the order in which they come; what is about the service itself comes last. */
function groupsOf({ paths }: ApiDocument): Map<string, Route[]> {
  const groups = new Map<string, Route[]>()
  for (const [path, operations] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      const [tag = ''] = operation.tags
      groups.set(tag, [...(groups.get(tag) ?? []), { method, path, operation }])
    }
  }
  const service = groups.get('service')
  if (service !== undefined) {
    groups.delete('service')
    groups.set('service', service)
  }
  return groups
}

function contentsOf(group: string, routes: readonly Route[]): Html {
  return html`<h2>${group}</h2>
    <ul>
      ${routes.map(
        ({ method, operation }) =>
          html`<li>
            <a href="#${operation.operationId}"><span>${operation.summary}</span>${methodBadge(method)}</a>
          </li>`,
      )}
    </ul>`
}

function methodBadge(method: string): Html {
  return html`<b class="method ${method}">${method.toUpperCase()}</b>`
}

function article({ method, path, operation }: Route): Html {
  const { operationId, summary, description, parameters = [], requestBody, responses } = operation
  const answers = Object.entries(responses)
  const isProblem = ({ content }: ApiResponse): boolean => content?.['application/problem+json'] !== undefined
  return html`<article id="${operationId}">
    <h3>${summary}</h3>
    <p class="route">${methodBadge(method)} <code>${path}</code></p>
    ${description === undefined ? '' : html`<p>${prose(description)}</p>`}
    <p class="needs">Needs <strong>${operation['x-weft-needs'] ?? 'no token'}</strong>.</p>
    ${parameters.length === 0 ? '' : parametersTable(parameters)}
    ${
      requestBody === undefined
        ? ''
        : html`<h4>Body${requestBody.required ? '' : ', which may be left away'}</h4>
            ${contents(requestBody.content)}`
    }
    ${answers
      .filter(([, answer]) => !isProblem(answer))
      .map(
        ([status, { description: said, content = {}, headers = {} }]) =>
          html`<h4>${status}</h4>
            <p>
              ${prose(said)}
              ${Object.entries(headers).map(([name, header]) => html`<code>${name}</code>: ${prose(header.description)} `)}
            </p>
            ${contents(content)}`,
      )}
    <details>
      <summary>Problems</summary>
      <ul class="refusals">
        ${answers
          .filter(([, answer]) => isProblem(answer))
          .flatMap(([status, { description: said }]) =>
            said.split('\n').map((line) => html`<li><b>${status}</b> ${prose(line)}</li>`),
          )}
      </ul>
    </details>
  </article>`
}

function parametersTable(parameters: readonly ApiParameter[]): Html {
  return html`<div class="table">
    <table>
      <thead>
        <tr>
          <th>parameter</th>
          <th>in</th>
          <th>type</th>
          <th></th>
        </tr>
      </thead>
      <tbody>
        ${parameters.map(
          ({ name, in: place, required, description = '', schema }) =>
            html`<tr>
              <td><code>${name}</code>${required ? '' : html` <i>optional</i>`}</td>
              <td>${place}</td>
              <td>${typeName(schema)}</td>
              <td>${prose(description)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`
}

function contents(content: NonNullable<ApiResponse['content']>): Html[] {
  return Object.entries(content).map(
    ([type, { schema = {} }]) =>
      html`<p class="media">
          <code>${type}</code> ${typeName(schema)} ${schema.description === undefined ? '' : prose(schema.description)}
        </p>
        ${schema.properties === undefined ? '' : fieldsTable(schema)}`,
  )
}
