/** Exit codes: 0 drained or done, 1 failed while running, 2 wrong configuration. */
export const exitCode: Readonly<Record<'drained' | 'failed' | 'wrongConfiguration', number>> = {
  drained: 0,
  failed: 1,
  wrongConfiguration: 2,
}
