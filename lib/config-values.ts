import { z } from 'zod';

/** The ARN of a resource of one service, in any account. */
export const arn = (service: string, resource: string) =>
  z
    .string()
    .regex(
      new RegExp(`^arn:[a-z-]+:${service}:[a-z0-9-]+:[0-9]{12}:`),
      `should be the ARN of ${resource}: arn:aws:${service}:REGION:ACCOUNT:…`,
    );
/** An id that AWS generates, such as `vpc-0a1b2c3d`. */
export const id = (prefix: string) =>
  z.string().regex(new RegExp(`^${prefix}-[0-9a-f]+$`), `should be ${prefix}-… and hexadecimal digits`);
