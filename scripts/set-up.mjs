import { buildAll } from './builds.mjs'
import { installPackages } from './install.mjs'
import { SetUpError } from './steps.mjs'
import { bringToolchain } from './toolchain.mjs'

/**
 * Brings a checkout to where everything in it can run.
 *
 * @returns {Promise<import('./toolchain.mjs').Toolchain>}
 * @throws {SetUpError}
 */
export async function setUp() {
  const toolchain = await bringToolchain()
  await installPackages(toolchain)
  await buildAll(toolchain)
  return toolchain
}

/**
 * Runs a script's body and makes its result the exit code. What a person can mend is one line, anything else a stack.
 *
 * @param {() => Promise<number>} main
 */
export async function runMain(main) {
  try {
    process.exitCode = await main()
  } catch (error) {
    console.error(error instanceof SetUpError ? error.message : error)
    process.exitCode = 1
  }
}
