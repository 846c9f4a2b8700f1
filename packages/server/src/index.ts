export { noTokens } from './auth/auth-config.ts'
export { type Config, ConfigurationError } from './config/settings.ts'
export { createLog, type Log, type LogLevel } from './observability/log.ts'
export { type ServerParts, startServer, type WeftServer } from './server.ts'
