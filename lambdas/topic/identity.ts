import { createHash } from 'node:crypto';

/**
 * What CloudFormation remembers of the topic between requests: who made it, where it is, and its name. Another identity
 * is another topic, and CloudFormation then asks for the end of this one.
 */
export interface Identity {
  /** `made` by the stack, which may change and delete it; `found` there, which is its owner's. */
  readonly origin: 'made' | 'found';
  /** By `clusterHash`. */
  readonly cluster: string;
  readonly topic: string;
}

/** Short, for CloudFormation allows a physical id 1 KB and people read it. */
export const clusterHash = (clusterArn: string): string =>
  createHash('sha256').update(clusterArn).digest('hex').slice(0, 12);

/** `made:0a1b2c3d4e5f:sales` */
export const writeIdentity = ({ origin, cluster, topic }: Identity): string =>
  `${origin}:${cluster}:${topic}`;

/** @returns Nothing if it is only a name, as before origins were remembered: it does not say whose the topic is. */
export function readIdentity(physicalId: string): Identity | undefined {
  const [, origin, cluster = '', topic = ''] = /^(made|found):([0-9a-f]{12}):([^:]+)$/.exec(physicalId) ?? [];
  return origin === 'made' || origin === 'found' ? { origin, cluster, topic } : undefined;
}
