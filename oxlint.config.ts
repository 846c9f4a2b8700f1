import { defineConfig, type OxlintConfig, type OxlintOverride } from 'oxlint'
import { libraryHomes, type Part, parts } from './test/architecture/import-rules.ts'

/**
 * The import rules once more, for editors; the architecture test holds them in full. An override replaces the patterns of
 * the ones before it, so each part's list is made whole, from the same data that the test reads.
 */
function restrictImports(part: Part): OxlintOverride {
  const others = parts.filter((other) => other !== part && !part.mayImport.includes(other.name))
  const isAtHome = (home: string): boolean => home.startsWith(part.path) || part.path.startsWith(home)
  const libraries = libraryHomes.filter(({ homes }) => !homes.some(isAtHome))
  const group = [
    ...others.flatMap((other) => namesOf(other, part)),
    ...libraries.flatMap(({ library }) => [library, `${library}/*`]),
  ]
  return {
    files: [part.path.endsWith('/') ? `${part.path}**` : part.path],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ group, message: `${part.name} may not import this: see test/architecture/import-rules.ts.` }] },
      ],
    },
  }
}

/** How one part would name another: by its package, or from within the same one by its folder. */
function namesOf(other: Part, from: Part): string[] {
  const [, folder, , ...inside] = other.path.replace(/\/$/, '').split('/')
  if (from.path.startsWith(`packages/${folder}/`)) return inside.length === 0 ? [] : [`../${inside.join('/')}/**`]
  return [['@weft', folder, ...inside].join('/')]
}

const config: OxlintConfig = defineConfig({
  plugins: ['eslint', 'typescript', 'import', 'unicorn', 'oxc', 'promise', 'node', 'vitest', 'react', 'jsx-a11y'],
  options: { typeAware: true, reportUnusedDisableDirectives: 'error' },
  ignorePatterns: ['**/dist/**', '.cache/**'],
  categories: { correctness: 'error', suspicious: 'error' },
  rules: {
    // Promises that nobody awaits are how updates get lost.
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/return-await': ['error', 'error-handling-correctness-only'],
    'typescript/only-throw-error': 'error',
    'typescript/prefer-promise-reject-errors': 'error',

    // Types say the truth: nothing is cast, assumed or left open.
    'typescript/no-explicit-any': 'error',
    'typescript/no-non-null-assertion': 'error',
    'typescript/no-unsafe-argument': 'error',
    'typescript/no-unsafe-assignment': 'error',
    'typescript/no-unsafe-call': 'error',
    'typescript/no-unsafe-function-type': 'error',
    'typescript/no-unsafe-member-access': 'error',
    'typescript/no-unsafe-return': 'error',
    'typescript/no-unsafe-type-assertion': 'error',
    'typescript/no-unnecessary-condition': 'error',
    'typescript/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    'typescript/use-unknown-in-catch-callback-variable': 'error',
    'typescript/ban-ts-comment': ['error', { 'ts-expect-error': true }],
    'typescript/consistent-type-imports': [
      'error',
      { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false },
    ],
    'typescript/prefer-readonly': 'error',
    'typescript/prefer-nullish-coalescing': 'error',
    'typescript/prefer-optional-chain': 'error',
    'typescript/no-deprecated': 'error',

    // Modules.
    'import/no-cycle': 'error',
    'import/no-default-export': 'error',
    'unicorn/prefer-node-protocol': 'error',
    'unicorn/filename-case': ['error', { case: 'kebabCase' }],

    // `== null` asks for both null and undefined, as ProseMirror's own types need.
    eqeqeq: ['error', 'always', { null: 'ignore' }],
    'no-var': 'error',
    'prefer-const': 'error',
    'no-console': 'error',
    'unicorn/no-process-exit': 'error',
    'unicorn/throw-new-error': 'error',
    'react/rules-of-hooks': 'error',

    // A Yjs text is its characters when it is made a string.
    'typescript/no-base-to-string': ['error', { ignoredTypeNames: ['YText'] }],
    'jsx-a11y/no-autofocus': ['error', { ignoreNonDOM: true }],
    // Vitest takes a message beside the value.
    'vitest/valid-expect': ['error', { maxArgs: 2 }],

    // Loading a style sheet, or a module for what it does, is what such an import is for.
    'import/no-unassigned-import': 'off',
    // fast-check is known by its default export `fc`.
    'import/no-named-as-default-member': 'off',
    // The compiler's noImplicitReturns sees an exhaustive switch; this rule does not.
    'typescript/consistent-return': 'off',
    // JSX is compiled for React's own runtime.
    'react/react-in-jsx-scope': 'off',
    // An effect may depend on more than it reads; `react/exhaustive-deps` finds what is missing.
    'react/exhaustive-effect-dependencies': 'off',
    // `role="status"` on any element is announced better than `output`, and is laid out as what it is.
    'jsx-a11y/prefer-tag-over-role': 'off',
    // A function inside another may be there because it belongs there.
    'unicorn/consistent-function-scoping': 'off',
    // An array made a moment ago may be sorted in place.
    'unicorn/no-array-sort': 'off',
    // Those are windows; ours are workers.
    'unicorn/require-post-message-target-origin': 'off',
    // A parameter may bear the name of what it came from.
    'no-shadow': 'off',
    // Private fields say `#`; `_` marks what a signature demands.
    'no-underscore-dangle': 'off',
    // One item after another is often the point: an order, or a bound on what is under way.
    'no-await-in-loop': 'off',
    // What a loop waits for is often changed by an event.
    'no-unmodified-loop-condition': 'off',
    // A chain may end in an effect.
    'promise/always-return': 'off',
    // Helpers may hold the assertions, a property may have several cases, and a suite may need what a machine lacks.
    'vitest/expect-expect': 'off',
    'vitest/no-conditional-expect': 'off',
    'vitest/no-conditional-tests': 'off',
    'vitest/no-standalone-expect': 'off',
    // The error's type says it.
    'vitest/require-to-throw-message': 'off',
  },
  overrides: [
    ...parts.toReversed().map(restrictImports),
    {
      // The tools that read these demand a default export.
      files: ['*.config.ts', '**/vite.config.ts'],
      rules: { 'import/no-default-export': 'off' },
    },
    {
      files: ['scripts/**', 'deploy/**', 'examples/**', 'bench/**', 'test/**', 'packages/*/test/**'],
      rules: { 'no-console': 'off', 'unicorn/no-process-exit': 'off' },
    },
    {
      files: ['test/**', 'packages/*/test/**', 'packages/persistence/src/contract/**'],
      rules: {
        // A matcher such as `expect.any(Number)` is of type any.
        'typescript/no-unsafe-assignment': 'off',
        // A test waits for what its callbacks change, which the types cannot follow.
        'typescript/no-unnecessary-condition': 'off',
        // A fixture named `use…` is no hook.
        'react/rules-of-hooks': 'off',
      },
    },
    {
      // JSDoc gives these their types, and what JSON.parse returns is theirs to know.
      files: ['**/*.mjs'],
      rules: {
        'typescript/no-unsafe-assignment': 'off',
        'typescript/no-unsafe-member-access': 'off',
        'typescript/no-unsafe-call': 'off',
        'typescript/no-unsafe-argument': 'off',
        'typescript/no-unsafe-return': 'off',
        'typescript/no-unsafe-type-assertion': 'off',
      },
    },
  ],
})

export default config
