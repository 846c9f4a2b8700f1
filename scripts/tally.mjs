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
  const counted = report === undefined ? { passed: 0, failed: 0 } : countTests(report)
  const nothingRan = counted.passed + counted.failed === 0
  const failed = counted.failed === 0 && (nothingRan || !endedWell) ? 1 : counted.failed
  return { passed: counted.passed, failed }
}

/**
 * @param {string} report
 * @returns {Tally}
 */
function countTests(report) {
  /** @type {{ numPassedTests?: number, testResults?: { status: string, assertionResults: { status: string }[] }[] }} */
  let parsed
  try {
    parsed = JSON.parse(report)
  } catch {
    return { passed: 0, failed: 0 }
  }
  let failed = 0
  for (const file of parsed.testResults ?? []) {
    const inFile = file.assertionResults.filter((test) => test.status === 'failed').length
    failed += file.status === 'failed' ? Math.max(inFile, 1) : inFile
  }
  return { passed: parsed.numPassedTests ?? 0, failed }
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
