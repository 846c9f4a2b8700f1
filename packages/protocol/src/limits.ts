/** Sizes that client and server must agree on. In bytes where nothing else is said. */

/** Largest WebSocket message that a server takes by default. A client splits what is larger. */
export const defaultMaxMessageBytes: number = 16 * 1024 * 1024

/** About how large a chunk of a stored state is, and a message of presence: small enough to hold nobody else up. */
export const statePartBytes: number = 256 * 1024
