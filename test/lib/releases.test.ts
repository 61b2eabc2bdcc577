import { expect, test } from 'vitest';
import { Config } from '../../lib/config.ts';
import { RELEASES, type Release } from '../../lib/releases.ts';
import { synthesize } from './synthesize.ts';

const DAY_MS = 86_400_000;
/** Time to move to another release. */
const NOTICE_DAYS = 90;

const { train } = Config.parse({});
const { stream } = Config.parse({ stream: { kind: 'provisioned' } });
const [fn] = Object.values(
  synthesize().findResources('AWS::Lambda::Function', { Properties: { MemorySize: 1769 } }),
);
const DEFAULTS = [
  train.releaseLabel,
  `kafka ${'kafkaVersion' in stream ? stream.kafkaVersion : ''}`,
  String(fn?.Properties.Runtime),
];

test.each(DEFAULTS)(
  'the default %s is in the table of releases, and supported for at least 90 more days',
  (name) => {
    const releases: Readonly<Record<string, Release>> = RELEASES;
    const release = releases[name];
    expect(release, `lib/releases.ts has no ${name}`).toBeDefined();
    if (!release?.supportedUntil) return;
    const days = (Date.parse(release.supportedUntil) - Date.now()) / DAY_MS;
    expect(days, `${name} is supported until ${release.supportedUntil}: ${release.source}`).toBeGreaterThan(
      NOTICE_DAYS,
    );
  },
);
