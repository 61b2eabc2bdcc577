import { Duration, Stack } from 'aws-cdk-lib';
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront';
import * as origins from 'aws-cdk-lib/aws-cloudfront-origins';
import { Construct } from 'constructs';
import { CURRENT_KEY, INDEX_KEY } from '../lambdas/shared/contract/keys.ts';
import { acknowledge } from './acknowledge.ts';
import type { Site as SiteConfig } from './config.ts';
import type { Lake } from './lake.ts';
import { doorCode } from './site-door.ts';

const CACHED = Duration.minutes(1);

export interface SiteProps {
  readonly lake: Lake;
  readonly config: SiteConfig;
}

/**
 * Publishes the pages at a public address. They show what each user bought, in the explorer and the graph. The bucket stays
 * private: only this distribution can read it, and only certain prefixes.
 */
export class Site extends Construct {
  /** The origin of the pages, as browsers send it in requests to other servers. */
  readonly origin: string;
  /** Address of the index page. */
  readonly url: string;

  constructor(scope: Construct, id: string, { lake, config }: SiteProps) {
    super(scope, id);
    const access = new cloudfront.S3OriginAccessControl(this, 'Access');
    // `withOriginAccessControl` would let CloudFront read the whole bucket.
    const origin = origins.S3BucketOrigin.withBucketDefaults(lake.bucket, {
      originAccessControlId: access.originAccessControlId,
    });
    const behavior = this.behavior(origin, config);
    const uncached = { ...behavior, cachePolicy: cloudfront.CachePolicy.CACHING_DISABLED };
    const distribution = new cloudfront.Distribution(this, 'Distribution', {
      defaultBehavior: behavior,
      additionalBehaviors: { [CURRENT_KEY]: uncached, [INDEX_KEY]: uncached },
      httpVersion: cloudfront.HttpVersion.HTTP2_AND_3,
      priceClass: cloudfront.PriceClass.PRICE_CLASS_100,
      // The function that checks addresses supports only IPv4.
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
    this.origin = `https://${distribution.distributionDomainName}`;
    this.url = `${this.origin}/${INDEX_KEY}`;
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
      cachePolicy: this.caching(),
      responseHeadersPolicy: this.headers(),
      functionAssociations: [{ function: door, eventType: cloudfront.FunctionEventType.VIEWER_REQUEST }],
    };
  }

  /**
   * Objects are written once, but those that hold a user are replaced when the user is forgotten. So a copy is used for a minute; then
   * CloudFront asks whether it is still the same.
   */
  private caching(): cloudfront.CachePolicy {
    return new cloudfront.CachePolicy(this, 'Caching', {
      defaultTtl: CACHED,
      maxTtl: CACHED,
      enableAcceptEncodingGzip: true,
      enableAcceptEncodingBrotli: true,
    });
  }

  /** The parts of the security policy that a page cannot state in its own `<meta>` tag. */
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
  'AwsSolutions-CFR1':
    'Access is limited to a list of addresses, which is narrower than a list of countries.',
  'AwsSolutions-CFR2':
    'A CloudFront Function refuses every address that is not on the list before anything is read; site.webAclArn adds a firewall if you want one.',
  'AwsSolutions-CFR3':
    'Access logs would need an additional bucket with ACLs for a few readers; CloudFront counts requests without them.',
  'AwsSolutions-CFR4':
    'The distribution uses the certificate of cloudfront.net, which fixes the TLS versions; another certificate would require a custom domain.',
} as const;
