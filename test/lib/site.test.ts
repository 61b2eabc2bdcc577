import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { door, doorCode, rangeOf } from '../../lib/site-door.ts';
import { synthesize } from './synthesize.ts';

const template = synthesize({ site: { allowFrom: ['203.0.113.0/24'] } });

interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Action: string;
  readonly Principal: { readonly Service?: string };
  readonly Resource: unknown;
  readonly Condition: unknown;
}
const [policy] = Object.values(template.findResources('AWS::S3::BucketPolicy'));
const statements: readonly Statement[] = policy?.Properties.PolicyDocument.Statement;
const ofCloudFront = statements.filter(({ Principal }) => Principal.Service === 'cloudfront.amazonaws.com');
const keysOf = ({ Resource }: Statement): string[] =>
  [Resource].flat().map((arn) => /"\/([^"]*)"/.exec(JSON.stringify(arn))?.[1] ?? '?');

describe('without site in the configuration', () => {
  const plain = synthesize();
  test('there is no distribution, no CloudFront Function and no output, and CloudFront may read nothing', () => {
    for (const type of [
      'AWS::CloudFront::Distribution',
      'AWS::CloudFront::Function',
      'AWS::CloudFront::OriginAccessControl',
      'AWS::CloudFront::ResponseHeadersPolicy',
    ])
      plain.resourceCountIs(type, 0);
    expect(plain.findOutputs('SiteUrl')).toEqual({});
    expect(JSON.stringify(plain.findResources('AWS::S3::BucketPolicy'))).not.toContain('cloudfront');
  });
});

describe('with a site', () => {
  test('CloudFront may read pages, decisions and files of runs for this distribution, but no sales, and may not list or write', () => {
    const [show, hide, ...more] = ofCloudFront;
    if (!show || !hide) throw new Error('The bucket policy has no statements for CloudFront');
    expect(more).toEqual([]);
    expect([show.Effect, hide.Effect]).toEqual(['Allow', 'Deny']);
    expect(keysOf(show)).toEqual(['charts/*', 'runs/*', 'manifests/*', 'publications/*', 'current.json']);
    expect(keysOf(hide)).toEqual(['runs/*/compacted/*', 'runs/*/model/*']);
    for (const { Action, Condition } of ofCloudFront) {
      expect(Action).toBe('s3:GetObject');
      expect(JSON.stringify(Condition)).toMatch(/^\{"StringEquals":\{"aws:SourceArn":.*SiteDistribution/);
    }
  });

  test('the bucket stays private: no other principal is allowed anything', () => {
    expect(statements.filter(({ Effect }) => Effect === 'Allow')).toEqual([ofCloudFront[0]]);
    template.hasResourceProperties('AWS::S3::Bucket', {
      PublicAccessBlockConfiguration: { RestrictPublicBuckets: true, BlockPublicPolicy: true },
    });
  });

  test('requests to the bucket are signed; requests to the site use TLS, pass the address check and only read', () => {
    template.hasResourceProperties('AWS::CloudFront::OriginAccessControl', {
      OriginAccessControlConfig: { SigningBehavior: 'always', SigningProtocol: 'sigv4' },
    });
    const [distribution] = Object.values(template.findResources('AWS::CloudFront::Distribution'));
    const { DefaultCacheBehavior, CacheBehaviors, IPV6Enabled } =
      distribution?.Properties.DistributionConfig ?? {};
    for (const behavior of [DefaultCacheBehavior, ...CacheBehaviors]) {
      expect(behavior).toMatchObject({
        ViewerProtocolPolicy: 'redirect-to-https',
        AllowedMethods: ['GET', 'HEAD'],
        FunctionAssociations: [{ EventType: 'viewer-request' }],
      });
    }
    // The list has only IPv4 addresses, so IPv6 requests would always be refused.
    expect(IPV6Enabled).toBe(false);
  });

  test('CloudFront does not cache the two objects that are replaced', () => {
    const [distribution] = Object.values(template.findResources('AWS::CloudFront::Distribution'));
    const { CacheBehaviors } = distribution?.Properties.DistributionConfig ?? {};
    // https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
    const disabled = '4135ea2d-6df8-44a3-9df3-4b5a84be39ad';
    expect(
      CacheBehaviors.map(({ PathPattern, CachePolicyId }: Record<string, string>) => [
        PathPattern,
        CachePolicyId,
      ]),
    ).toEqual([
      ['current.json', disabled],
      ['charts/index.html', disabled],
    ]);
  });

  test('CloudFront asks after a minute whether an object is still the same: those that hold a forgotten user are replaced', () => {
    const [policy, ...more] = Object.entries(template.findResources('AWS::CloudFront::CachePolicy'));
    expect(more).toEqual([]);
    expect(policy?.[1].Properties.CachePolicyConfig).toMatchObject({ MinTTL: 0, DefaultTTL: 60, MaxTTL: 60 });
    const [distribution] = Object.values(template.findResources('AWS::CloudFront::Distribution'));
    expect(distribution?.Properties.DistributionConfig.DefaultCacheBehavior.CachePolicyId).toEqual({
      Ref: policy?.[0],
    });
  });

  test('a web ACL is attached if one is configured', () => {
    const webAclArn = 'arn:aws:wafv2:us-east-1:111122223333:global/webacl/shop/0a1b2c3d';
    synthesize({ site: { allowFrom: ['0.0.0.0/0'], webAclArn } }).hasResourceProperties(
      'AWS::CloudFront::Distribution',
      { DistributionConfig: Match.objectLike({ WebACLId: webAclArn }) },
    );
  });

  test.each([
    [{ allowFrom: [] }, 'cartograph.site.allowFrom'],
    [{}, 'cartograph.site.allowFrom'],
    [{ allowFrom: ['shop.example.com'] }, 'should be IPv4 addresses such as 203.0.113.7 or 203.0.113.0/24'],
    [{ allowFrom: ['2001:db8::/32'] }, 'should be IPv4 addresses'],
    [{ allowFrom: ['10.0.0.1'], webAclArn: 'x' }, 'should be the ARN of a web ACL'],
  ])('%j is rejected with a message that says what is allowed', (site, message) => {
    expect(() => synthesize({ site })).toThrow(message);
  });
});

describe('the address check', () => {
  const ask = (ip: string, uri: string, ...allowFrom: string[]) =>
    door(
      { viewer: { ip }, request: { uri } },
      { index: '/charts/index.html', ranges: allowFrom.map(rangeOf) },
    );

  test.each([
    ['203.0.113.7', '203.0.113.0/24', true],
    ['203.0.113.7', '203.0.113.99/24', true],
    ['203.0.114.7', '203.0.113.0/24', false],
    ['10.0.0.1', '10.0.0.1', true],
    ['10.0.0.2', '10.0.0.1', false],
    ['255.255.255.255', '128.0.0.0/1', true],
    ['127.255.255.255', '128.0.0.0/1', false],
    ['8.8.8.8', '0.0.0.0/0', true],
    ['2001:db8::1', '0.0.0.0/0', false],
  ])('%s is admitted by %s: %s', (ip, range, isAllowed) => {
    const answer = ask(ip, '/current.json', range);
    expect(answer).toEqual(
      isAllowed ? { uri: '/current.json' } : { statusCode: 403, statusDescription: 'Forbidden' },
    );
  });

  test('the root redirects admitted addresses to the index page', () => {
    expect(ask('10.0.0.1', '/', '10.0.0.0/8')).toMatchObject({
      statusCode: 302,
      headers: { location: { value: '/charts/index.html' } },
    });
    expect(ask('11.0.0.1', '/', '10.0.0.0/8')).toMatchObject({ statusCode: 403 });
  });

  test('works as the source text that CloudFront runs, which is below its size limit', () => {
    const code = doorCode(Array.from({ length: 50 }, (_, index) => `203.0.${index}.0/24`));
    const handler = new Function(`${code}; return handler;`)();
    expect(handler({ viewer: { ip: '203.0.49.1' }, request: { uri: '/x' } })).toEqual({ uri: '/x' });
    expect(handler({ viewer: { ip: '203.0.50.1' }, request: { uri: '/x' } }).statusCode).toBe(403);
    // https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html
    expect(code.length).toBeLessThan(10_000);
  });
});
