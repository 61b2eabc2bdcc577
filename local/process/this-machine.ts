/**
 * Returns whether the `Host` of a request names this machine. A server that answers only such requests prevents DNS rebinding: a
 * foreign page whose name resolves to this machine could otherwise use it.
 *
 * @example isThisMachine('localhost:8080') // true
 */
export const isThisMachine = (host = ''): boolean => /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(host);
