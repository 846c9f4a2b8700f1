/** Holds sources to the rules in `import-rules.ts`. */
import { posix } from 'node:path'
import {
  clockless,
  clockMembers,
  clockModules,
  clockNames,
  driverExports,
  environmentHome,
  libraryHomes,
  type Part,
  parts,
  portsOnly,
  unreachable,
} from './import-rules.ts'
import { readSource, type Source, type SourceImport } from './read-source.ts'

/** Sources by their path from the checkout's root, with forward slashes. */
export type Sources = ReadonlyMap<string, string>

/** What a package's name, with what stands behind it, stands for: `@weft/protocol/http` and its file. */
export type EntryPoints = ReadonlyMap<string, string>

interface File {
  readonly path: string
  readonly part: Part
  readonly source: Source
  readonly edges: readonly Edge[]
}

/** An import that was followed: to a file of ours, or to a library. */
interface Edge extends SourceImport {
  readonly target: string | undefined
}

/** @returns one line for each thing that is not as the rules want it */
export function checkArchitecture(sources: Sources, entryPoints: EntryPoints): string[] {
  const files = new Map<string, File>()
  const homeless: string[] = []
  for (const [path, text] of sources) {
    const part = partOf(path)
    if (part === undefined) {
      homeless.push(`${path} belongs to no part that import-rules.ts knows`)
      continue
    }
    const source = readSource(path, text)
    const edges = source.imports.map((one) => ({ ...one, target: follow(path, one.specifier, entryPoints) }))
    files.set(path, { path, part, source, edges })
  }
  return [
    ...homeless,
    ...[...files.values()].flatMap((file) => [
      ...checkParts(file, sources),
      ...checkLibraries(file),
      ...checkDrivers(file),
      ...checkEnvironment(file),
      ...checkClock(file),
    ]),
    ...checkCycles(files),
    ...checkReach(files),
  ]
}

function partOf(path: string): Part | undefined {
  return parts.find((part) => isWithin(path, part.path))
}

function isWithin(path: string, place: string): boolean {
  return place.endsWith('/') ? path.startsWith(place) : path === place
}

function isFrom(specifier: string, library: string): boolean {
  return specifier === library || specifier.startsWith(`${library}/`)
}

function follow(from: string, specifier: string, entryPoints: EntryPoints): string | undefined {
  if (specifier.startsWith('.')) return posix.join(posix.dirname(from), specifier)
  return entryPoints.get(specifier)
}

function packageOf(path: string): string {
  return path.split('/').slice(0, 2).join('/')
}

function checkParts(file: File, sources: Sources): string[] {
  return file.edges.flatMap(({ specifier, target }) => {
    if (target === undefined) {
      return specifier.startsWith('@weft/')
        ? [`${file.path} imports ${specifier}, which that package does not offer`]
        : []
    }
    if (!/\.tsx?$/.test(target)) return []
    if (!sources.has(target)) return [`${file.path} imports ${specifier}, which is not there`]
    if (specifier.startsWith('.') && packageOf(target) !== packageOf(file.path)) {
      return [`${file.path} imports ${specifier}: another package is reached by its name`]
    }
    const other = partOf(target)
    if (other === undefined || other === file.part || file.part.mayImport.includes(other.name)) return []
    return [`${file.path} imports ${specifier}: ${file.part.name} may not import ${other.name}`]
  })
}

function checkLibraries(file: File): string[] {
  return file.source.imports.flatMap(({ specifier }) =>
    libraryHomes
      .filter(({ library, homes }) => isFrom(specifier, library) && !homes.some((home) => isWithin(file.path, home)))
      .map(({ library, homes }) => `${file.path} imports ${specifier}: ${library} stays in ${homes.join(', ')}`),
  )
}

function checkDrivers(file: File): string[] {
  if (!portsOnly.includes(file.part.name)) return []
  return file.source.imports
    .filter(({ specifier }) => isFrom(specifier, '@weft/persistence'))
    .flatMap(({ names }) => names.filter((name) => name === '*' || driverExports.has(name)))
    .map((name) => `${file.path} imports ${name} of persistence: ${file.part.name} sees its ports only`)
}

function checkEnvironment(file: File): string[] {
  if (file.path === environmentHome) return []
  const { members, wholes, imports } = file.source
  const reads = members.has('process.env') || wholes.has('process')
  const isImported = imports.some(({ specifier }) => specifier === 'node:process' || specifier === 'process')
  return reads || isImported ? [`${file.path} reads process.env: only ${environmentHome} does`] : []
}

function checkClock(file: File): string[] {
  if (file.part.name !== clockless) return []
  const modules = file.source.imports.map(({ specifier }) => specifier)
  const found = [
    ...[...file.source.names].filter((name) => clockNames.has(name)),
    ...[...file.source.members].filter((member) => clockMembers.has(member)),
    ...modules.filter((specifier) => clockModules.some((module) => isFrom(specifier, module))),
  ]
  return found.map((what) => `${file.path} uses ${what}: ${clockless} is handed its clock, its timers and its chance`)
}

/** Every cycle of imports, types included, once. */
function checkCycles(files: ReadonlyMap<string, File>): string[] {
  const done = new Set<string>()
  const path: string[] = []
  const cycles: string[] = []
  const visit = (at: string): void => {
    const start = path.indexOf(at)
    if (start !== -1) {
      cycles.push(`a cycle of imports: ${[...path.slice(start), at].join(' → ')}`)
      return
    }
    if (done.has(at)) return
    path.push(at)
    for (const { target } of files.get(at)?.edges ?? []) {
      if (target !== undefined) visit(target)
    }
    path.pop()
    done.add(at)
  }
  for (const at of files.keys()) visit(at)
  return cycles
}

/** Whether a part reaches a library that it must not, and over which files. */
function checkReach(files: ReadonlyMap<string, File>): string[] {
  return unreachable.flatMap(({ part, library }) => {
    const begins = [...files.values()].filter((file) => file.part.name === part)
    const cameFrom = new Map<string, string | undefined>(begins.map(({ path }) => [path, undefined]))
    // Breadth first, so that what is shown is the shortest way there. The map grows while it is walked.
    for (const at of cameFrom.keys()) {
      const edges = files.get(at)?.edges ?? []
      if (edges.some(({ specifier }) => isFrom(specifier, library))) {
        return [`${part} reaches ${library}: ${[...wayBack(at, cameFrom), library].join(' → ')}`]
      }
      for (const { target } of edges) {
        if (target !== undefined && !cameFrom.has(target)) cameFrom.set(target, at)
      }
    }
    return []
  })
}

function wayBack(end: string, cameFrom: ReadonlyMap<string, string | undefined>): string[] {
  const way: string[] = []
  for (let at: string | undefined = end; at !== undefined; at = cameFrom.get(at)) way.unshift(at)
  return way
}
