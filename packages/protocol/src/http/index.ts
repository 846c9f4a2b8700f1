export * from './documents.ts'
