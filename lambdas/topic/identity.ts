import { createHash } from 'node:crypto';

/**
 * The identity of the topic, which CloudFormation stores between requests. If an update returns another identity,
 * CloudFormation treats it as another topic and requests the deletion of the old one.
 */
export interface Identity {
  /**
   * `made`: created by the stack, which may change and delete it. `found`: existed before, so it belongs to someone else.
   */
  readonly origin: 'made' | 'found';
  /** The `clusterHash` of the cluster's ARN. */
  readonly cluster: string;
  readonly topic: string;
}

/** Names a cluster by 12 hex digits. Short, because CloudFormation limits a physical id to 1 KB and people read it. */
export const clusterHash = (clusterArn: string): string =>
  createHash('sha256').update(clusterArn).digest('hex').slice(0, 12);

/** Formats an identity as a physical id: `made:0a1b2c3d4e5f:sales`. */
export const writeIdentity = ({ origin, cluster, topic }: Identity): string =>
  `${origin}:${cluster}:${topic}`;

/**
 * Parses a physical id.
 *
 * @returns undefined for the physical id of an old version, which is the name alone and does not say who created the
 *   topic.
 */
export function readIdentity(physicalId: string): Identity | undefined {
  const [, origin, cluster = '', topic = ''] = /^(made|found):([0-9a-f]{12}):([^:]+)$/.exec(physicalId) ?? [];
  return origin === 'made' || origin === 'found' ? { origin, cluster, topic } : undefined;
}
