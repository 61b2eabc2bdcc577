/** Returns the name of an error, for logs: the message of a parser may quote the object, and so a user. */
export const faultOf = (error: unknown): string => (error instanceof Error ? error.name : 'unknown');
