import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import {
  createS3Client,
  type Lake,
  parseJson,
  readJson,
  s3Lake,
  toJson,
} from '../../../../lambdas/shared/platform/lake.ts';
import { memoryLake } from '../../../lake.ts';

interface Request {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body?: unknown;
}
interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}
type Answering = (request: Request) => Answer;

/** A client whose requests are answered by the test, without a network. */
function clientOf(answering: Answering, client = createS3Client()): S3Client {
  const handle = async (request: Request) => {
    const { status: statusCode, headers = {}, body = '' } = answering(request);
    return { response: { statusCode, headers, body: Readable.from([Buffer.from(body)]) } };
  };
  Object.assign(client.config, { requestHandler: { handle } });
  return client;
}

const failure = (status: number, code: string): Answer => ({
  status,
  body: `<Error><Code>${code}</Code><Message>${code}</Message></Error>`,
});

beforeEach(() => {
  vi.stubEnv('AWS_ENDPOINT_URL', 'http://s3.invalid');
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  // The SDK waits for a random part of its pauses.
  vi.spyOn(Math, 'random').mockReturnValue(0);
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/** Two keys or folders per page, so that a listing of three has a next one. */
const PAGE = 2;

/**
 * The part of S3 that the lake uses: conditional puts, gets, listings in pages.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html, …/API_ListObjectsV2.html
 */
function tinyS3(): Answering {
  const objects = new Map<string, string>();
  const etagOf = (text: string) => `"${createHash('md5').update(text).digest('hex')}"`;
  return ({ method, path, query, headers, body }) => {
    const key = decodeURIComponent(path).split('/').slice(2).join('/');
    const text = objects.get(key);
    if (method === 'PUT') {
      const isAllowed =
        headers['if-none-match'] === '*'
          ? text === undefined
          : text !== undefined && headers['if-match'] === etagOf(text);
      if (!isAllowed) return failure(412, 'PreconditionFailed');
      objects.set(key, Buffer.from(body as string | Uint8Array).toString());
      return { status: 200 };
    }
    if (key === '') return listing([...objects.keys()].sort(), query);
    return text === undefined
      ? failure(404, 'NoSuchKey')
      : { status: 200, headers: { etag: etagOf(text) }, body: text };
  };
}

function listing(keys: readonly string[], query: Request['query']): Answer {
  const { prefix = '', delimiter } = query;
  const after = query['continuation-token'] ?? query['start-after'] ?? '';
  const folderEnd = (key: string) => (delimiter ? key.indexOf(delimiter, prefix.length) : -1);
  const names = keys
    .filter((key) => key.startsWith(prefix))
    .map((key) => (folderEnd(key) < 0 ? key : key.slice(0, folderEnd(key) + 1)));
  const found = [...new Set(names)].filter((name) => name > after);
  const page = found.slice(0, PAGE);
  const entries = page.map((name) =>
    name.endsWith('/')
      ? `<CommonPrefixes><Prefix>${name}</Prefix></CommonPrefixes>`
      : `<Contents><Key>${name}</Key><Size>1</Size><LastModified>2026-06-30T00:00:00.000Z</LastModified></Contents>`,
  );
  const next = found.length > PAGE ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : '';
  return { status: 200, body: `<ListBucketResult>${entries.join('')}${next}</ListBucketResult>` };
}

async function all<Thing>(things: AsyncIterable<Thing>): Promise<Thing[]> {
  const found: Thing[] = [];
  for await (const thing of things) found.push(thing);
  return found;
}

const keysOf = async (objects: AsyncIterable<{ readonly key: string }>): Promise<string[]> =>
  (await all(objects)).map(({ key }) => key);

describe.each<[string, () => Lake]>([
  ['in S3', () => s3Lake('lake', clientOf(tinyS3()))],
  ['in memory, for tests', memoryLake],
])('the lake %s', (_where, create) => {
  test('creates an object once; the second call changes nothing and returns false', async () => {
    const lake = create();
    expect(await lake.create('a', 'first', 'text/plain')).toBe(true);
    expect(await lake.create('a', 'second', 'text/plain')).toBe(false);
    expect(await lake.read('a')).toMatchObject({ text: 'first' });
  });

  test('replaces the version that was read, and no other', async () => {
    const lake = create();
    expect(await lake.replace('a', 'first', 'text/plain', undefined)).toBe(true);
    const { etag } = (await lake.read('a')) ?? {};
    expect(await lake.replace('a', 'second', 'text/plain', etag)).toBe(true);
    expect(await lake.replace('a', 'third', 'text/plain', etag)).toBe(false);
    expect(await lake.replace('a', 'third', 'text/plain', undefined)).toBe(false);
    expect(await lake.read('a')).toMatchObject({ text: 'second' });
  });

  test('returns undefined for an object that does not exist', async () => {
    expect(await create().read('a')).toBeUndefined();
  });

  test('keeps bytes and non-ASCII text', async () => {
    const lake = create();
    await lake.create('bytes', new TextEncoder().encode('Lämpchen 💡'), 'text/plain');
    await lake.create('text', 'Lämpchen 💡', 'text/plain');
    expect([await lake.read('bytes'), await lake.read('text')]).toMatchObject([
      { text: 'Lämpchen 💡' },
      { text: 'Lämpchen 💡' },
    ]);
  });

  test('lists all pages in key order, from a given key on if there is one', async () => {
    const lake = create();
    for (const key of ['w/3', 'w/1', 'x/1', 'w/5', 'w/2', 'w/4']) await lake.create(key, '1', 'text/plain');
    expect(await keysOf(lake.list('w/'))).toEqual(['w/1', 'w/2', 'w/3', 'w/4', 'w/5']);
    expect(await keysOf(lake.list('w/', 'w/2'))).toEqual(['w/3', 'w/4', 'w/5']);
    expect(await keysOf(lake.list('none/'))).toEqual([]);
  });

  test('lists each folder of the next level once, over all pages', async () => {
    const lake = create();
    for (const key of ['c/index', 'c/3/a', 'c/1/a', 'c/1/b/d', 'c/2/a', 'd/1/a'])
      await lake.create(key, '1', 'text/plain');
    expect(await lake.folders('c/')).toEqual(['c/1/', 'c/2/', 'c/3/']);
    expect(await lake.folders('none/')).toEqual([]);
  });
});

describe('the lake in S3', () => {
  test('sends the content type and the condition', async () => {
    const requests: Request[] = [];
    const lake = s3Lake(
      'lake',
      clientOf((request) => {
        requests.push(request);
        return { status: 200 };
      }),
    );
    await lake.create('charts/index.html', '<p>', 'text/html; charset=utf-8');
    expect(requests).toMatchObject([
      {
        method: 'PUT',
        path: '/lake/charts/index.html',
        headers: { 'content-type': 'text/html; charset=utf-8', 'if-none-match': '*' },
      },
    ]);
  });

  test('lists the size and the time of each object', async () => {
    const lake = s3Lake('lake', clientOf(tinyS3()));
    await lake.create('a', '1', 'text/plain');
    expect(await all(lake.list(''))).toEqual([{ key: 'a', sizeBytes: 1, storedAtMs: Date.UTC(2026, 5, 30) }]);
  });

  test('throws if access is denied; this is neither a lost race nor a missing object', async () => {
    const lake = s3Lake(
      'lake',
      clientOf(() => failure(403, 'AccessDenied')),
    );
    await expect(lake.create('a', '1', 'text/plain')).rejects.toThrow('AccessDenied');
    await expect(lake.replace('a', '1', 'text/plain', '"1"')).rejects.toThrow('AccessDenied');
    await expect(lake.read('a')).rejects.toThrow('AccessDenied');
    await expect(keysOf(lake.list('a'))).rejects.toThrow('AccessDenied');
    await expect(lake.folders('a')).rejects.toThrow('AccessDenied');
  });

  test('throws if the bucket does not exist', async () => {
    const lake = s3Lake(
      'lake',
      clientOf(() => failure(404, 'NoSuchBucket')),
    );
    await expect(lake.read('a')).rejects.toThrow('NoSuchBucket');
  });

  test('repeats a write while another conditional write is in progress', async () => {
    const answers = [failure(409, 'ConditionalRequestConflict'), { status: 200 }];
    const lake = s3Lake(
      'lake',
      clientOf(() => answers.shift() ?? failure(500, 'TooMany')),
    );
    expect(await lake.create('a', '1', 'text/plain')).toBe(true);
    expect(answers).toEqual([]);
  });

  test('loses the race if the other conditional write has won in the meantime', async () => {
    const answers = [
      failure(409, 'ConditionalRequestConflict'),
      failure(412, 'PreconditionFailed'),
      { status: 200, headers: { etag: '"2"' }, body: 'other' },
    ];
    const lake = s3Lake(
      'lake',
      clientOf(() => answers.shift() ?? failure(500, 'TooMany')),
    );
    expect(await lake.replace('a', '1', 'text/plain', '"1"')).toBe(false);
  });

  test('throws if the conflict remains, and names it', async () => {
    let attempts = 0;
    const lake = s3Lake(
      'lake',
      clientOf(() => {
        attempts += 1;
        return failure(409, 'ConditionalRequestConflict');
      }),
    );
    await expect(lake.create('a', '1', 'text/plain')).rejects.toThrow('Cannot write a: S3 answered 409');
    expect(attempts).toBe(5);
  });

  describe.each<[string, () => Answer]>([
    [
      'a broken connection',
      () => {
        throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
      },
    ],
    ['an error of S3', () => failure(503, 'ServiceUnavailable')],
  ])('whose answer to a write is lost through %s', (_loss, lose) => {
    /** A lake whose next write is carried out, but not answered; `others` is the same bucket for other writers. */
    const losing = ({ mayRead = true } = {}) => {
      const s3 = tinyS3();
      const others = s3Lake('lake', clientOf(s3));
      let isLost = false;
      const lake = s3Lake(
        'lake',
        clientOf((request) => {
          if (request.method === 'GET' && !mayRead) return failure(403, 'AccessDenied');
          const answer = s3(request);
          if (request.method !== 'PUT' || isLost) return answer;
          isLost = true;
          return lose();
        }),
      );
      return { lake, others };
    };

    test('creates and replaces, and returns true', async () => {
      const created = losing();
      expect(await created.lake.create('a', '💡', 'text/plain')).toBe(true);
      const replaced = losing();
      await replaced.others.create('a', 'first', 'text/plain');
      const { etag } = (await replaced.others.read('a')) ?? {};
      expect(await replaced.lake.replace('a', 'second', 'text/plain', etag)).toBe(true);
      expect(await replaced.others.read('a')).toMatchObject({ text: 'second' });
    });

    test('loses the race if the object has another content', async () => {
      const { lake, others } = losing();
      await others.create('a', 'theirs', 'text/plain');
      expect(await lake.create('a', 'ours', 'text/plain')).toBe(false);
      const replacing = losing();
      await replacing.others.create('a', 'theirs', 'text/plain');
      expect(await replacing.lake.replace('a', 'ours', 'text/plain', '"old"')).toBe(false);
      expect(await others.read('a')).toMatchObject({ text: 'theirs' });
    });

    test('loses the race if it may not read the object', async () => {
      const { lake } = losing({ mayRead: false });
      expect(await lake.create('a', 'ours', 'text/plain')).toBe(false);
    });
  });

  test('loses the race if the first attempt is refused, without reading the object', async () => {
    const methods: string[] = [];
    const s3 = tinyS3();
    const lake = s3Lake(
      'lake',
      clientOf((request) => {
        methods.push(request.method);
        return s3(request);
      }),
    );
    await lake.create('a', 'same', 'text/plain');
    expect(await lake.create('a', 'same', 'text/plain')).toBe(false);
    expect(methods).toEqual(['PUT', 'PUT']);
  });

  test('throws if an answer has no tag, size or time', async () => {
    const listed = '<ListBucketResult><Contents><Key>a</Key></Contents></ListBucketResult>';
    const lake = s3Lake(
      'lake',
      clientOf(({ path }) => ({ status: 200, body: path === '/lake/a' ? 'text' : listed })),
    );
    await expect(lake.read('a')).rejects.toThrow('Cannot read a: S3 answered without a body or an ETag');
    await expect(keysOf(lake.list('w/'))).rejects.toThrow('Cannot list w/');
  });
});

describe('JSON', () => {
  const Lamp = z.object({ name: z.string(), parts: z.array(z.object({ count: z.int() })) });

  test('is validated by its schema, and stored so that a person can read it', async () => {
    const lake = memoryLake();
    const lamp = { name: 'Blue lamp', parts: [{ count: 2 }] };
    await lake.create('lamp.json', toJson(lamp), 'application/json');
    expect(await readJson(lake, 'lamp.json', Lamp)).toEqual(lamp);
    expect(await readJson(lake, 'none.json', Lamp)).toBeUndefined();
    expect(toJson({ a: [1] })).toBe('{\n  "a": [\n    1\n  ]\n}\n');
  });

  test('that is invalid throws an error with its key and the first wrong field', () => {
    expect(() => parseJson('{', 'lamp.json', Lamp)).toThrow(
      new TypeError('Cannot read lamp.json: it is not JSON'),
    );
    const wrong = '{"name":"Blue lamp","parts":[{"count":1},{"count":"two"}]}';
    expect(() => parseJson(wrong, 'lamp.json', Lamp)).toThrow(/^Cannot read lamp\.json: parts\.1\.count: /);
    expect(() => parseJson(wrong, 'lamp.json', Lamp)).toThrow(TypeError);
  });
});
