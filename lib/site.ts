import { Stack } from 'aws-cdk-lib';
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront';
import * as origins from 'aws-cdk-lib/aws-cloudfront-origins';
import { Construct } from 'constructs';
import { CURRENT_KEY, INDEX_KEY } from '../lambdas/shared/contract/keys.ts';
import { acknowledge } from './acknowledge.ts';
import type { Site as SiteConfig } from './config.ts';
import type { Lake } from './lake.ts';
import { doorCode } from './site-door.ts';

export interface SiteProps {
  readonly lake: Lake;
  readonly config: SiteConfig;
}

/**
 * The pages at an address of their own, and with them who bought what: the explorer and the graph hold it. The bucket
 * stays private: it answers this distribution, and for these prefixes.
 */
export class Site extends Construct {
  /** Address of the index page. */
  readonly url: string;

  constructor(scope: Construct, id: string, { lake, config }: SiteProps) {
    super(scope, id);
    const access = new cloudfront.S3OriginAccessControl(this, 'Access');
    // Not `withOriginAccessControl`: it lets CloudFront read the whole bucket.
    const origin = origins.S3BucketOrigin.withBucketDefaults(lake.bucket, {
      originAccessControlId: access.originAccessControlId,
    });
    const behavior = this.behavior(origin, config);
    const moving = { ...behavior, cachePolicy: cloudfront.CachePolicy.CACHING_DISABLED };
    const distribution = new cloudfront.Distribution(this, 'Distribution', {
      defaultBehavior: behavior,
      // Everything else is written once.
      additionalBehaviors: { [CURRENT_KEY]: moving, [INDEX_KEY]: moving },
      httpVersion: cloudfront.HttpVersion.HTTP2_AND_3,
      priceClass: cloudfront.PriceClass.PRICE_CLASS_100,
      // The door knows addresses of the old kind only.
      enableIpv6: false,
      ...(config.webAclArn !== undefined && { webAclId: config.webAclArn }),
    });
    lake.grantShow(
      Stack.of(this).formatArn({
        service: 'cloudfront',
        region: '',
        resource: 'distribution',
        resourceName: distribution.distributionId,
      }),
    );
    acknowledge(distribution, REASONS);
    this.url = `https://${distribution.distributionDomainName}/${INDEX_KEY}`;
  }

  private behavior(origin: cloudfront.IOrigin, { allowFrom }: SiteConfig): cloudfront.BehaviorOptions {
    const door = new cloudfront.Function(this, 'Door', {
      code: cloudfront.FunctionCode.fromInline(doorCode(allowFrom)),
      runtime: cloudfront.FunctionRuntime.JS_2_0,
    });
    return {
      origin,
      viewerProtocolPolicy: cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
      allowedMethods: cloudfront.AllowedMethods.ALLOW_GET_HEAD,
      cachePolicy: cloudfront.CachePolicy.CACHING_OPTIMIZED,
      responseHeadersPolicy: this.headers(),
      functionAssociations: [{ function: door, eventType: cloudfront.FunctionEventType.VIEWER_REQUEST }],
    };
  }

  /** What a page cannot say of itself; which program it runs it names in its head. */
  private headers(): cloudfront.ResponseHeadersPolicy {
    return new cloudfront.ResponseHeadersPolicy(this, 'Headers', {
      securityHeadersBehavior: {
        contentSecurityPolicy: {
          contentSecurityPolicy:
            "frame-ancestors 'none'; base-uri 'none'; form-action 'none'; object-src 'none'",
          override: true,
        },
        contentTypeOptions: { override: true },
        referrerPolicy: {
          referrerPolicy: cloudfront.HeadersReferrerPolicy.NO_REFERRER,
          override: true,
        },
      },
    });
  }
}

const REASONS = {
  'AwsSolutions-CFR1': 'Who may read is a list of addresses, which is narrower than countries.',
  'AwsSolutions-CFR2':
    'The door refuses every address that is not on the list before anything is read; site.webAclArn adds a firewall for who wants one.',
  'AwsSolutions-CFR3':
    'Access logs of a few readers would need a bucket of their own with ACLs; CloudFront counts requests without them.',
  'AwsSolutions-CFR4':
    'The distribution has the certificate of cloudfront.net, which fixes the versions of TLS; one of your own needs a domain of your own.',
} as const;
