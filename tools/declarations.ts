/**
 * Writes a package's type declarations into its `dist/types`, with those of the workspace's packages that it is built from:
 * `node tools/declarations.ts client client/src/index.ts protocol/src/index.ts`.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const [folder = '', ...entries] = process.argv.slice(2)
const outDir = join(root, 'packages', folder, 'dist', 'types')

/** Where the workspace's packages are among the declarations. */
const homes = new Map([
  ['@weft/protocol', 'protocol/src/index'],
  ['@weft/protocol/http', 'protocol/src/http/index'],
  ['@weft/persistence', 'persistence/src/index'],
  ['@weft/client', 'client/src/index'],
  ['@weft/client/http', 'client/src/http/index'],
])

if (!existsSync(join(outDir, '..')))
  throw new Error(`${folder} is not built: run pnpm --filter @weft/${folder} build first`)
compile()
for (const path of readdirSync(outDir, { recursive: true, encoding: 'utf8' })) {
  if (path.endsWith('.d.ts')) rewrite(join(outDir, path))
}

function compile(): void {
  const project = mkdtempSync(join(root, 'packages', folder, '.types-'))
  const config = join(project, 'tsconfig.json')
  const compilerOptions = {
    noEmit: false,
    emitDeclarationOnly: true,
    declaration: true,
    rootDir: join(root, 'packages'),
    outDir,
    typeRoots: [join(root, 'node_modules', '@types')],
  }
  const files = entries.map((entry) => join(root, 'packages', entry))
  writeFileSync(config, JSON.stringify({ extends: join(root, 'tsconfig.json'), compilerOptions, files, include: [] }))
  const tsc = join(root, 'node_modules', '.bin', 'tsc')
  const { status, stdout } = spawnSync(tsc, ['--project', config], { encoding: 'utf8' })
  rmSync(project, { recursive: true })
  if (status !== 0) throw new Error(`the declarations of ${folder} cannot be written:\n${stdout}`)
}

/** Points imports to the declarations beside it: there are no sources where it is installed, and no other packages of ours. */
function rewrite(path: string): void {
  const text = readFileSync(path, 'utf8')
  const pointed = text.replaceAll(
    /(from |import\()(['"])([^'"]+)\2/g,
    (_all, before: string, quote: string, name: string) => {
      const home = homes.get(name)
      const target = home === undefined ? name.replace(/^(\.{1,2}\/.*)\.ts$/, '$1.js') : `${pathBetween(path, home)}.js`
      return `${before}${quote}${target}${quote}`
    },
  )
  writeFileSync(path, pointed)
}

function pathBetween(from: string, home: string): string {
  const path = relative(dirname(from), join(outDir, home)).replaceAll(sep, '/')
  return path.startsWith('.') ? path : `./${path}`
}
