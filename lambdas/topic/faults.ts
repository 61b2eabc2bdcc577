/** A request that took too long. */
export class TimeoutError extends Error {
  override readonly name = 'TimeoutError';
}

/** A topic that exists, and whose partitions do not all have a leader yet. */
export class NoLeaderError extends Error {
  override readonly name = 'NoLeaderError';
}

/** Returns whether kafkajs could not connect. */
export const isUnreachable = (error: unknown): boolean =>
  isAny(
    error,
    (fault) =>
      fault instanceof TimeoutError ||
      /^KafkaJS(Connection|RequestTimeout|BrokerNotFound|MetadataNotLoaded)/.test(fault.name),
  );

/**
 * Returns whether the sign-in was refused. After a change of the cluster the stack's role may sign in only to the new
 * one, while the old one still exists for a while.
 */
export const isRefusedSignIn = (error: unknown): boolean =>
  isAny(error, ({ name }) => name === 'KafkaJSSASLAuthenticationError');

/** Returns whether the topic does not exist. */
export const isUnknownTopic = (error: unknown): boolean => hasType(error, 'UNKNOWN_TOPIC_OR_PARTITION');

/**
 * Returns whether the same request can succeed a little later: the permissions of a new role have not reached the brokers yet,
 * or the broker that answered does not know a new topic or its leaders yet.
 */
export const isTemporary = (error: unknown): boolean =>
  isRefusedSignIn(error) ||
  isUnknownTopic(error) ||
  isAny(error, (fault) => fault instanceof NoLeaderError) ||
  hasType(
    error,
    'LEADER_NOT_AVAILABLE',
    'TOPIC_AUTHORIZATION_FAILED',
    'CLUSTER_AUTHORIZATION_FAILED',
    'NOT_CONTROLLER',
  );

const hasType = (error: unknown, ...types: readonly string[]): boolean =>
  isAny(error, (fault) => 'type' in fault && types.some((type) => type === fault.type));

/** Returns whether the test holds for an error, for one of its causes, or for one of several that kafkajs reports together. */
function isAny(error: unknown, test: (error: Error) => boolean): boolean {
  if (!(error instanceof Error)) return false;
  const parts = 'errors' in error && Array.isArray(error.errors) ? error.errors : [];
  return test(error) || isAny(error.cause, test) || parts.some((part) => isAny(part, test));
}
