import { createHash } from 'node:crypto';
import { Aws, Fn } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { AwsCustomResource, AwsCustomResourcePolicy, PhysicalResourceId } from 'aws-cdk-lib/custom-resources';
import { Construct, type IDependable } from 'constructs';
import { ENV } from '../lambdas/shared/platform/env.ts';
import { acknowledge, CDK_LAMBDA } from './acknowledge.ts';
import { provisionedCluster, serverlessCluster } from './clusters.ts';
import type { Config } from './config.ts';
import { KafkaArns } from './kafka-arns.ts';
import type { Network, PollerService } from './network.ts';
import { connectPollers, type Reading } from './pollers.ts';
import type { Inside, LogKeeping } from './stage-function.ts';
import { AdminTopic, mskTopic } from './topic.ts';

type StreamConfig = Config['stream'];

export interface StreamProps {
  readonly network: Network;
  readonly config: StreamConfig;
  /** Encrypts the disks of provisioned brokers; if undefined, a key of AWS does. */
  readonly keyArn: string | undefined;
  readonly logKeeping: LogKeeping;
  /** Whether a topic that the stack created on an existing cluster is kept when the stack is deleted. */
  readonly keepsTopic: boolean;
}

/** MSK Serverless always keeps three replicas. */
const SERVERLESS_REPLICAS = 3;

/** Returns the services that the pollers must reach from the network of the brokers. Provisioned pollers need none. */
export function pollersNeed(config: StreamConfig): readonly PollerService[] {
  if (config.pollers === 'provisioned') return [];
  return config.kind === 'existing' && config.secretArn ? ['lambda', 'sts', 'secrets'] : ['lambda', 'sts'];
}

/** The Kafka cluster and its topic, the pollers that invoke accumulate with its records, and the permission to produce. */
export class Stream extends Construct {
  readonly clusterArn: string;
  readonly topic: string;
  /** The brokers of a provisioned cluster, numbered from 1; undefined for the other kinds. Their disks can fill up. */
  readonly brokers: { readonly clusterName: string; readonly count: number } | undefined;
  private readonly network: Network;
  private readonly config: StreamConfig;
  private readonly keyArn: string | undefined;
  private readonly logKeeping: LogKeeping;
  private readonly arns: KafkaArns;
  /** Resources that must exist before the pollers start. */
  private readonly ready: readonly IDependable[];
  private brokersLookup: AwsCustomResource | undefined;

  constructor(
    scope: Construct,
    id: string,
    { network, config, keyArn, logKeeping, keepsTopic }: StreamProps,
  ) {
    super(scope, id);
    this.network = network;
    this.config = config;
    this.keyArn = keyArn;
    this.logKeeping = logKeeping;
    this.topic = config.topic;
    const cluster = this.cluster(config);
    this.clusterArn = cluster.arn;
    this.brokers = cluster.brokers;
    this.arns = new KafkaArns(cluster.arn, config.topic);
    this.ready = [...network.endpoints, ...this.createTopic(keepsTopic)];
  }

  /** Whether clients authenticate with their IAM role rather than with a secret. */
  get usesIam(): boolean {
    return this.config.kind !== 'existing' || this.config.authentication === 'iam';
  }

  /** The VPC location of Lambdas that connect to the brokers. */
  get inside(): Inside {
    return {
      vpc: this.network.vpc,
      subnets: { subnets: [...this.network.subnets] },
      securityGroup: this.network.members,
    };
  }

  /**
   * Invokes `fn` with the records of the topic, from the oldest that the topic keeps. Each reader has a consumer group of its
   * own, so that one that fails does not stop the others.
   *
   * @param reading How much one invocation gets; by default as configured for accumulate.
   * @returns The mapping. In provisioned mode, its metrics show faults of the pollers that never reach `fn`.
   */
  feed(fn: lambda.Function, reading: Reading = this.config): lambda.CfnEventSourceMapping {
    const { clusterArn, config, arns, ready, usesIam } = this;
    const group = this.group(reading.reader);
    return connectPollers(fn, {
      clusterArn,
      config,
      arns,
      ready,
      usesIam,
      group,
      reading,
      pollerGroup: this.pollerGroup(),
    });
  }

  /** Lets `fn`, which must be located at `inside`, put records on the topic, and gives it the brokers and the topic. */
  grantProduce(fn: lambda.Function): void {
    this.arns.allow(fn, 'writeTopic');
    fn.addEnvironment(ENV.brokers, this.brokerString());
    fn.addEnvironment(ENV.topic, this.topic);
  }

  private cluster(config: StreamConfig) {
    switch (config.kind) {
      case 'serverless':
        return {
          arn: serverlessCluster(this, { name: this.clusterName(), network: this.network }).attrArn,
          brokers: undefined,
        };
      case 'provisioned': {
        const { network, keyArn, logKeeping } = this;
        const name = this.clusterName();
        const { attrArn, clusterName } = provisionedCluster(this, config, {
          name,
          network,
          keyArn,
          logKeeping,
        });
        return { arn: attrArn, brokers: { clusterName, count: this.network.subnets.length } };
      }
      case 'existing':
        return { arn: config.clusterArn, brokers: undefined };
    }
  }

  /**
   * MSK requires a name. The name contains everything that makes CloudFormation replace the cluster, because the new cluster
   * is created before the old one is deleted, and two clusters cannot have the same name.
   */
  private clusterName(): string {
    const { kind } = this.config;
    const key = kind === 'provisioned' && this.keyArn ? [this.keyArn] : [];
    const replacing = [this.node.addr, kind, this.network.place, ...key];
    const hash = createHash('sha256').update(JSON.stringify(replacing)).digest('hex');
    return `${kind[0]}${hash.slice(0, 11)}-sales`;
  }

  /**
   * The name of the consumer group contains the id of the stack, so that a recreated stack, whose bucket is empty, reads
   * from the beginning. It also contains the cluster and the topic, because a mapping to another one is created before the
   * old mapping is deleted. The group of accumulate, which is the oldest reader, has no suffix.
   */
  private group(reader?: string): string {
    const { kind, topic } = this.config;
    const reads = JSON.stringify([kind, topic, kind === 'existing' ? this.config.clusterArn : '']);
    const name = createHash('sha256').update(reads).digest('hex').slice(0, 12);
    return `${this.pollerGroup()}-${name}${reader === undefined ? '' : `-${reader}`}`;
  }

  /** The name under which all mappings of this stack share provisioned pollers. */
  private pollerGroup(): string {
    return `cartograph-${Fn.select(2, Fn.split('/', Aws.STACK_ID))}`;
  }

  private createTopic(keepsTopic: boolean): IDependable[] {
    const { config, logKeeping, inside } = this;
    if (config.kind === 'provisioned') {
      const replicationFactor = this.network.subnets.length;
      return [mskTopic(this, 'Topic', this.clusterArn, { ...config, replicationFactor })];
    }
    if (config.kind === 'existing' && !config.createTopic) return [];
    const replicationFactor = config.kind === 'existing' ? config.replicationFactor : SERVERLESS_REPLICAS;
    const { resource } = new AdminTopic(this, 'Topic', {
      settings: { ...config, replicationFactor },
      arns: this.arns,
      clusterArn: this.clusterArn,
      brokers: this.brokerString(),
      inside,
      logKeeping,
      isRetained: config.kind === 'existing' && keepsTopic,
    });
    return [resource];
  }

  /** The addresses of the brokers. They are looked up from outside the VPC, because the API of MSK is not reachable from inside. */
  private brokerString(): string {
    const call = {
      service: 'Kafka',
      action: 'GetBootstrapBrokers',
      parameters: { ClusterArn: this.clusterArn },
      outputPaths: [BROKERS],
      physicalResourceId: PhysicalResourceId.of('brokers'),
    };
    if (!this.brokersLookup) {
      this.brokersLookup = new AwsCustomResource(this, 'LookUp', {
        resourceType: 'Custom::Brokers',
        onCreate: call,
        onUpdate: call,
        // The SDK in the runtime has this call; otherwise the Lambda would install an SDK from npm at every deployment.
        installLatestAwsSdk: false,
        logGroup: new logs.LogGroup(this, 'LookUpLogs', this.logKeeping),
        policy: AwsCustomResourcePolicy.fromStatements([
          new iam.PolicyStatement({ actions: ['kafka:GetBootstrapBrokers'], resources: [this.clusterArn] }),
        ]),
      });
      acknowledgeCdkLambda(this.brokersLookup);
    }
    return this.brokersLookup.getResponseField(BROKERS);
  }
}

const BROKERS = 'BootstrapBrokerStringSaslIam';

/** All custom resources of this kind share one Lambda of CDK's, outside the tree of this construct; its role leads to it. */
function acknowledgeCdkLambda({ grantPrincipal }: AwsCustomResource): void {
  if (grantPrincipal instanceof iam.Role && grantPrincipal.node.scope)
    acknowledge(grantPrincipal.node.scope, CDK_LAMBDA);
}
