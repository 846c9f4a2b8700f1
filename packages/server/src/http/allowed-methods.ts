import type { Hono } from 'hono'

/** The routes of an app, as far as it matters which methods a path answers. */
type Routes = Pick<Hono, 'routes'>['routes']

/**
 * The methods that a path answers; none where there is no such path.
 *
 * @param routes those of the app, with their patterns
 */
export function allowedMethods(routes: Routes, path: string): string[] {
  const methods = new Set<string>()
  for (const route of routes) {
    if (route.method === 'ALL' || !matches(route.path, path)) continue
    methods.add(route.method)
    // Whoever is asked with GET is asked with HEAD, too.
    if (route.method === 'GET') methods.add('HEAD')
  }
  return [...methods].toSorted()
}

function matches(pattern: string, path: string): boolean {
  const [wanted, found] = [pattern.split('/'), path.split('/')]
  return (
    wanted.length === found.length &&
    wanted.every((segment, index) => segment === found[index] || (segment.startsWith(':') && found[index] !== ''))
  )
}
