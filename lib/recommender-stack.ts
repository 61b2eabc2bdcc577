import { Annotations, CfnOutput, Fn, RemovalPolicy, Stack, type StackProps, Tags } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { MAX_PARTITIONS_LISTED_AT_ONCE } from '../lambdas/threshold/scan.ts';
import { Accumulate } from './accumulate.ts';
import type { Config } from './config.ts';
import { Forget } from './forget.ts';
import { Lake } from './lake.ts';
import { Network } from './network.ts';
import { Operations } from './operations.ts';
import { Privacy } from './privacy.ts';
import { Produce } from './produce.ts';
import { callingOrigins, showPseudonyms } from './pseudonyms.ts';
import { Publish } from './publish.ts';
import { Render } from './render.ts';
import { requestStages } from './request-stages.ts';
import { Site } from './site.ts';
import { pollersNeed, Stream } from './stream.ts';
import { Threshold } from './threshold.ts';
import { Train } from './train.ts';

export interface RecommenderStackProps extends StackProps {
  readonly config: Config;
  /** Path of the Spark job's jar, built by Maven from `spark/`. */
  readonly jarPath: string;
}

/** The pipeline: its stages in the order in which a sale passes through them, and their connections. */
export class RecommenderStack extends Stack {
  constructor(scope: Construct, id: string, { config, jarPath, ...props }: RecommenderStackProps) {
    const isKept = config.removalPolicy === 'retain';
    // A protected stack can be deleted only after somebody has switched the protection off.
    super(scope, id, { terminationProtection: isKept, ...props });
    const { sweepMinutes, retention, encryption } = config;
    // A first deployment that fails leaves nothing behind, because there is nothing to keep yet:
    // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html
    const removalPolicy = isKept ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY;
    const logKeeping = { retention: retention.functionLogsDays, removalPolicy };
    const common = { sweepMinutes, logKeeping };

    if (config.stream.partitions > MAX_PARTITIONS_LISTED_AT_ONCE)
      Annotations.of(this).addWarningV2(
        'cartograph:partitions',
        `stream.partitions is ${config.stream.partitions}: every poll stores a batch of each partition, so more than ${MAX_PARTITIONS_LISTED_AT_ONCE} are expensive. npm run cost -- --partitions ${config.stream.partitions} shows how much`,
      );
    const network = new Network(this, 'Network', {
      config: config.network,
      securityGroupId: config.stream.kind === 'existing' ? config.stream.securityGroupId : undefined,
      pollersNeed: pollersNeed(config.stream),
    });
    const stream = new Stream(this, 'Stream', {
      network,
      config: config.stream,
      keyArn: encryption.keyArn,
      logKeeping,
      keepsTopic: isKept,
    });
    const lake = new Lake(this, 'Lake', { retention, encryption, config: config.lake, logKeeping });
    const privacy = new Privacy(this, 'Privacy', { config: config.privacy, encryption, removalPolicy });
    const accumulate = new Accumulate(this, 'Accumulate', {
      lake,
      privacy,
      fieldMap: config.fieldMap,
      logKeeping,
    });
    const pollers = stream.feed(accumulate.fn);
    const threshold = new Threshold(this, 'Threshold', {
      lake,
      settings: config.threshold,
      model: config.model,
      ...common,
    });
    const train = new Train(this, 'Train', {
      lake,
      privacy,
      config: config.train,
      budget: config.budget,
      encryption,
      jarPath,
      ...common,
    });
    const publish = new Publish(this, 'Publish', { lake, ...common });
    const render = new Render(this, 'Render', { lake, ...common });

    const forget = new Forget(this, 'Forget', {
      lake,
      privacy,
      fieldMap: config.fieldMap,
      ...common,
    });
    const site = config.site && new Site(this, 'Site', { lake, config: config.site });
    const requests = config.serve
      ? requestStages(this, {
          lake,
          privacy,
          stream,
          config,
          serve: { ...config.serve, cors: callingOrigins(config, site?.origin) },
          forget,
          logKeeping,
        })
      : undefined;
    showPseudonyms({ publish, render, privacy, config, apiUrl: requests?.url });

    const stages = { accumulate, threshold, train, publish, render };
    train.measure({ ...stages, ...requests?.stages, forget });
    forget.search([...Object.values(stages), ...Object.values(requests?.stages ?? {}), forget]);
    const operations = new Operations(this, 'Operations', {
      config,
      stream,
      pollers,
      stages,
      requests,
      forget,
    });
    const produce = stream.usesIam ? new Produce(this, 'Produce', { stream, logKeeping }) : undefined;

    const outputs = {
      LakeBucket: lake.bucket.bucketName,
      UserIds: privacy.settings.userIds,
      PersonSecret: privacy.secretArn,
      ...Object.fromEntries(
        Object.entries({ ...stages, ...requests?.stages, forget }).map(([name, { fn }]) => [
          `${name}Function`,
          fn.functionName,
        ]),
      ),
      ...(requests && { ApiUrl: requests.url, RecentTable: requests.table.tableName }),
      ...(produce && { ProduceFunction: produce.fn.functionName }),
      ...(site && { SiteUrl: site.url }),
      ClusterArn: stream.clusterArn,
      Topic: stream.topic,
      Dashboard: operations.dashboard.dashboardName,
      AlarmTopic: operations.alarms.topicArn,
    };
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, name, { value });
    // Tags of the stack itself would reach every resource, and CloudFormation replaces a serverless cluster when its tags change.
    const excludeResourceTypes = ['aws:cdk:stack', 'AWS::MSK::ServerlessCluster'];
    for (const [key, value] of Object.entries(config.tags))
      Tags.of(this).add(key, value, { excludeResourceTypes });
  }

  /** Two zones of the region, whichever it is. CDK would look them up in the account if the stack names one. */
  override get availabilityZones(): string[] {
    return [0, 1].map((index) => Fn.select(index, Fn.getAzs()));
  }
}
