import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { startFakeS3 } from './fake-s3.ts';

export interface FakeStack {
  readonly endpoint: string;
  /** The calls of Lambdas, in order. */
  readonly calls: { readonly name: string; readonly event: unknown }[];
  stop(): Promise<void>;
}

export interface FakeStackOptions {
  readonly name: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly status?: string;
  /** The bucket's objects, by key. */
  readonly objects?: ReadonlyMap<string, string | Uint8Array>;
  /** The event source mappings of every Lambda; none by default. */
  readonly mappings?: readonly object[];
  /** Returns a Lambda's answer; null without it. */
  readonly answer?: (name: string, event: unknown) => unknown;
}

/** Answers for one stack: CloudFormation's DescribeStacks, Lambda's Invoke, and S3 for every other request. */
export async function startFakeStack(options: FakeStackOptions): Promise<FakeStack> {
  const s3 = await startFakeS3(options.objects ?? new Map());
  const calls: { name: string; event: unknown }[] = [];
  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    const [, name] = /^\/2015-03-31\/functions\/([^/]+)\/invocations/.exec(request.url ?? '') ?? [];
    if (name !== undefined) {
      const event: unknown = JSON.parse(body.toString());
      calls.push({ name, event });
      return response.end(JSON.stringify(options.answer?.(name, event) ?? null));
    }
    if (request.url?.startsWith('/2015-03-31/event-source-mappings'))
      return response.end(JSON.stringify({ EventSourceMappings: options.mappings ?? [] }));
    if (request.method === 'POST') {
      const requested = new URLSearchParams(body.toString()).get('StackName') ?? '';
      const isKnown = requested === options.name;
      return response
        .writeHead(isKnown ? 200 : 400)
        .end(isKnown ? stackXml(options) : unknownStackXml(requested));
    }
    const answer = await fetch(`${s3.endpoint}${request.url}`);
    return response
      .writeHead(answer.status, { etag: answer.headers.get('etag') ?? '' })
      .end(Buffer.from(await answer.arrayBuffer()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      await s3.stop();
    },
  };
}

function stackXml({ name, outputs, status = 'CREATE_COMPLETE' }: FakeStackOptions): string {
  const members = Object.entries(outputs).map(
    ([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
  );
  const stack = `<member><StackName>${name}</StackName><CreationTime>2026-11-24T00:00:00Z</CreationTime><StackStatus>${status}</StackStatus><Outputs>${members.join('')}</Outputs></member>`;
  return `<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult><Stacks>${stack}</Stacks></DescribeStacksResult></DescribeStacksResponse>`;
}

const unknownStackXml = (requested: string): string =>
  `<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id ${requested} does not exist</Message></Error></ErrorResponse>`;

/** Every output that the commands use. */
export const OUTPUTS = {
  LakeBucket: 'shop-lake',
  accumulateFunction: 'shop-accumulate',
  thresholdFunction: 'shop-threshold',
  trainFunction: 'shop-train',
  renderFunction: 'shop-render',
  publishFunction: 'shop-publish',
  forgetFunction: 'shop-forget',
  catalogueFunction: 'shop-catalogue',
  ProduceFunction: 'shop-produce',
  ClusterArn: 'arn:aws:kafka:us-east-1:000000000000:cluster/shop/1',
  Topic: 'sales',
} as const;
