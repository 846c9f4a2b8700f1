/** Sizes that client and server must agree on. In bytes where nothing else is said. */

/** Largest WebSocket message that a server takes by default. A client splits what is larger. */
export const defaultMaxMessageBytes: number = 16 * 1024 * 1024

/** Largest presence state of one client: a caret and a name are under 1 KiB, and every state goes to everyone. */
export const maxPresenceStateBytes: number = 32 * 1024

/** Largest message of presence from a client. It may repeat all of one that it was sent, in whatever alphabet that is. */
export const maxPresenceMessageBytes: number = 1024 * 1024

/** About how large a chunk of a stored state is, and a message of presence: small enough to hold nobody else up. */
export const statePartBytes: number = 256 * 1024
