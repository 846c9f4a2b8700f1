export * from './documents.ts'
export * from './revocations.ts'
