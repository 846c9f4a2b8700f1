/**
 * How much passed and how much failed.
 *
 * @typedef {object} Tally
 * @property {number} passed
 * @property {number} failed
 */

/**
 * What one stage of tests comes to, from vitest's JSON report. Nothing that went wrong may come to zero failures: a file
 * that could not be loaded is one, and so is a run that ended badly, left no report, or ran no test.
 *
 * @param {string | undefined} report the report's text; undefined where there is none
 * @param {boolean} endedWell whether the run's exit code was 0
 * @returns {Tally}
 */
export function tallyReport(report, endedWell) {
  const counted = countTests(report)
  const nothingRan = counted.passed + counted.failed === 0
  const failed = counted.failed === 0 && (nothingRan || !endedWell) ? 1 : counted.failed
  return { passed: counted.passed, failed }
}

/**
 * @typedef {object} TestedFile
 * @property {string} status
 * @property {string} [name]
 * @property {string} [message]
 * @property {{ status: string, fullName?: string, failureMessages?: string[] }[]} assertionResults
 */

/**
 * @param {string | undefined} report
 * @returns {Tally}
 */
function countTests(report) {
  let passed = 0
  let failed = 0
  for (const file of filesIn(report)) {
    const inFile = file.assertionResults.filter((test) => test.status === 'failed').length
    passed += file.assertionResults.filter((test) => test.status === 'passed').length
    failed += file.status === 'failed' ? Math.max(inFile, 1) : inFile
  }
  return { passed, failed }
}

/**
 * @param {string | undefined} report
 * @returns {TestedFile[]}
 */
function filesIn(report) {
  if (report === undefined) return []
  try {
    return JSON.parse(report).testResults ?? []
  } catch {
    return []
  }
}

/**
 * Which tests of a stage failed and why, a line or two each: a long run's output may reach its reader cut, and its end with it.
 *
 * @param {string | undefined} report the report's text; undefined where there is none
 * @returns {string[]}
 */
export function failuresIn(report) {
  return filesIn(report).flatMap(({ name, message, assertionResults }) => {
    const failed = assertionResults.filter((test) => test.status === 'failed')
    const ofTests = failed.map((test) => showFailure(`${name} > ${test.fullName}`, test.failureMessages?.[0]))
    const ofFile = message ? [showFailure(name, message)] : []
    return [...ofFile, ...ofTests]
  })
}

/**
 * @param {string | undefined} where
 * @param {string | undefined} why
 */
function showFailure(where, why) {
  return `${where}\n    ${why?.split('\n')[0] ?? 'for no reason that was told'}`
}

/**
 * @param {readonly Tally[]} tallies
 * @returns {Tally}
 */
export function sumTallies(tallies) {
  return {
    passed: tallies.reduce((sum, tally) => sum + tally.passed, 0),
    failed: tallies.reduce((sum, tally) => sum + tally.failed, 0),
  }
}

/** @param {Tally} tally */
export function showTally({ passed, failed }) {
  return `${passed} passed, ${failed} failed`
}
