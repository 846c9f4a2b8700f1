export * from './documents.ts'
export * from './problem.ts'
export * from './revocations.ts'
export * from './time.ts'
