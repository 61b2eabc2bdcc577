import { createHash } from 'node:crypto';
import { Aws, Duration, Fn } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { ManagedKafkaEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as msk from 'aws-cdk-lib/aws-msk';
import { AwsCustomResource, AwsCustomResourcePolicy, PhysicalResourceId } from 'aws-cdk-lib/custom-resources';
import { Construct, type IDependable } from 'constructs';
import { ENV } from '../lambdas/shared/platform/env.ts';
import { acknowledge, CDK_LAMBDA, managed } from './acknowledge.ts';
import type { Config } from './config.ts';
import { KafkaArns } from './kafka-arns.ts';
import type { Network, PollerService } from './network.ts';
import type { Inside, LogKeeping } from './stage-function.ts';
import { AdminTopic, mskTopic } from './topic.ts';

type StreamConfig = Config['stream'];
type Kind<Name extends StreamConfig['kind']> = Extract<StreamConfig, { kind: Name }>;

export interface StreamProps {
  readonly network: Network;
  readonly config: StreamConfig;
  readonly logKeeping: LogKeeping;
  /** Whether a topic that the stack made on a cluster of others stays when the stack goes. */
  readonly keepsTopic: boolean;
}

/** A poller takes up to 5 MB a second. */
const MAX_POLLERS = 4;
/** MSK Serverless keeps three copies, whatever is asked. */
const SERVERLESS_COPIES = 3;

/** What pollers must reach from inside the brokers' network; provisioned ones reach it on their own. */
export function pollersNeed(config: StreamConfig): readonly PollerService[] {
  if (config.pollers === 'provisioned') return [];
  return config.kind === 'existing' && config.secretArn ? ['lambda', 'sts', 'secrets'] : ['lambda', 'sts'];
}

/** The Kafka cluster and its topic, the pollers that turn its records into invocations of accumulate, and who may write. */
export class Stream extends Construct {
  readonly clusterArn: string;
  readonly topic: string;
  /** By number, of a cluster with brokers of its own; their disks can fill. */
  readonly brokers: { readonly clusterName: string; readonly count: number } | undefined;
  private readonly network: Network;
  private readonly config: StreamConfig;
  private readonly logKeeping: LogKeeping;
  private readonly arns: KafkaArns;
  /** What must exist before anybody reads. */
  private readonly ready: readonly IDependable[];
  private lookUp: AwsCustomResource | undefined;

  constructor(scope: Construct, id: string, { network, config, logKeeping, keepsTopic }: StreamProps) {
    super(scope, id);
    this.network = network;
    this.config = config;
    this.logKeeping = logKeeping;
    this.topic = config.topic;
    const cluster = this.cluster(config);
    this.clusterArn = cluster.arn;
    this.brokers = cluster.brokers;
    this.arns = new KafkaArns(cluster.arn, { topic: config.topic, group: this.group() });
    this.ready = [...network.endpoints, ...this.makeTopic(keepsTopic)];
  }

  /** Whether a client may sign in as its role, and not by a secret. */
  get usesIam(): boolean {
    return this.config.kind !== 'existing' || this.config.authentication === 'iam';
  }

  /** Where those stand who talk to the brokers. */
  get inside(): Inside {
    return {
      vpc: this.network.vpc,
      subnets: { subnets: [...this.network.subnets] },
      securityGroup: this.network.members,
    };
  }

  /**
   * Feeds `fn`. It retries for ever and has no failure destination: with either bound, a storage fault of minutes would
   * commit offsets that were never stored.
   */
  feed(fn: lambda.Function): void {
    const { topic, pollers, batchSize, windowSeconds } = this.config;
    const isProvisioned = pollers === 'provisioned';
    fn.addEventSource(
      new ManagedKafkaEventSource({
        clusterArn: this.clusterArn,
        topic,
        consumerGroupId: this.group(),
        startingPosition: lambda.StartingPosition.TRIM_HORIZON,
        batchSize,
        maxBatchingWindow: Duration.seconds(windowSeconds),
        // https://docs.aws.amazon.com/lambda/latest/dg/kafka-retry-configurations.html: all three need provisioned mode.
        ...(isProvisioned
          ? {
              provisionedPollerConfig: { minimumPollers: 1, maximumPollers: MAX_POLLERS },
              bisectBatchOnError: true,
              reportBatchItemFailures: true,
            }
          : {}),
      }),
    );
    const mapping = kafkaMappingOf(fn);
    mapping.node.addDependency(...this.ready);
    acknowledge(mapping, {
      'Serverless-LambdaEventSourceMappingDestination':
        'A destination caps the retries at 10, and after them offsets are committed that were never stored (design, invariant 1).',
    });
    acknowledge(fn.role ?? fn, {
      [managed('AWSLambdaMSKExecutionRole')]:
        'The pollers stand in the network by this role, and their interfaces have no names before they exist; the policy is the one that AWS keeps for it.',
    });
    // Both sides must agree: a partial answer that nobody reads would commit offsets that were never stored.
    fn.addEnvironment(ENV.partialAnswers, String(isProvisioned));
    if (this.usesIam) this.arns.allow(fn, 'readTopic', 'joinGroup');
    else this.signInBySecret(fn, mapping);
  }

  /** Lets `fn`, which must stand inside, put records on the topic, and tells it where. */
  grantProduce(fn: lambda.Function): void {
    this.arns.allow(fn, 'writeTopic');
    fn.addEnvironment(ENV.brokers, this.brokerString());
    fn.addEnvironment(ENV.topic, this.topic);
  }

  private cluster(config: StreamConfig) {
    switch (config.kind) {
      case 'serverless':
        return { arn: this.serverless().attrArn, brokers: undefined };
      case 'provisioned': {
        const { attrArn, clusterName } = this.provisioned(config);
        return { arn: attrArn, brokers: { clusterName, count: this.network.subnets.length } };
      }
      case 'existing':
        return { arn: config.clusterArn, brokers: undefined };
    }
  }

  private serverless(): msk.CfnServerlessCluster {
    const cluster = new msk.CfnServerlessCluster(this, 'Cluster', {
      clusterName: this.clusterName(),
      clientAuthentication: { sasl: { iam: { enabled: true } } },
      vpcConfigs: [{ subnetIds: this.subnetIds(), securityGroups: [this.network.members.securityGroupId] }],
    });
    // CloudFormation replaces the cluster, with all that is on it, when a tag changes; so it has none.
    cluster.addPropertyDeletionOverride('Tags');
    return cluster;
  }

  private provisioned({ kafkaVersion, instanceType, diskGb }: Kind<'provisioned'>): msk.CfnCluster {
    return new msk.CfnCluster(this, 'Brokers', {
      clusterName: this.clusterName(),
      kafkaVersion,
      numberOfBrokerNodes: this.network.subnets.length,
      brokerNodeGroupInfo: {
        instanceType,
        clientSubnets: this.subnetIds(),
        securityGroups: [this.network.members.securityGroupId],
        storageInfo: { ebsStorageInfo: { volumeSize: diskGb } },
      },
      clientAuthentication: { sasl: { iam: { enabled: true } }, unauthenticated: { enabled: false } },
      encryptionInfo: { encryptionInTransit: { clientBroker: 'TLS', inCluster: true } },
      loggingInfo: {
        brokerLogs: {
          cloudWatchLogs: {
            enabled: true,
            logGroup: new logs.LogGroup(this, 'BrokerLogs', this.logKeeping).logGroupName,
          },
        },
      },
    });
  }

  /**
   * MSK wants a name. Whatever makes CloudFormation replace the cluster is in it: the new one stands before the old one
   * goes, and two of one name cannot.
   */
  private clusterName(): string {
    const { kind } = this.config;
    const replacing = [this.node.addr, kind, this.network.place];
    const hash = createHash('sha256').update(JSON.stringify(replacing)).digest('hex');
    return `${kind[0]}${hash.slice(0, 11)}-sales`;
  }

  private subnetIds(): string[] {
    return this.network.subnets.map(({ subnetId }) => subnetId);
  }

  /**
   * The consumer group: one of this stack's life, so that a stack made anew, whose bucket is empty, reads from the
   * beginning; and one of this cluster and topic, for a mapping to others is made before this one goes.
   */
  private group(): string {
    const { kind, topic } = this.config;
    const reads = JSON.stringify([kind, topic, kind === 'existing' ? this.config.clusterArn : '']);
    const name = createHash('sha256').update(reads).digest('hex').slice(0, 12);
    return `cartograph-${Fn.select(2, Fn.split('/', Aws.STACK_ID))}-${name}`;
  }

  private makeTopic(keepsTopic: boolean): IDependable[] {
    const { config, logKeeping, inside } = this;
    if (config.kind === 'provisioned') {
      const replicationFactor = this.network.subnets.length;
      return [mskTopic(this, 'Topic', this.clusterArn, { ...config, replicationFactor })];
    }
    if (config.kind === 'existing' && !config.createTopic) return [];
    const replicationFactor = config.kind === 'existing' ? config.replicationFactor : SERVERLESS_COPIES;
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

  /** The brokers' addresses, looked up from outside the VPC: from inside there is no way to MSK's API. */
  private brokerString(): string {
    const call = {
      service: 'Kafka',
      action: 'GetBootstrapBrokers',
      parameters: { ClusterArn: this.clusterArn },
      outputPaths: [BROKERS],
      physicalResourceId: PhysicalResourceId.of('brokers'),
    };
    if (!this.lookUp) {
      this.lookUp = new AwsCustomResource(this, 'LookUp', {
        resourceType: 'Custom::Brokers',
        onCreate: call,
        onUpdate: call,
        // The runtime's own SDK knows the call; npm would be asked at every deployment.
        installLatestAwsSdk: false,
        logGroup: new logs.LogGroup(this, 'LookUpLogs', this.logKeeping),
        policy: AwsCustomResourcePolicy.fromStatements([
          new iam.PolicyStatement({ actions: ['kafka:GetBootstrapBrokers'], resources: [this.clusterArn] }),
        ]),
      });
      acknowledgeCdkLambda(this.lookUp);
    }
    return this.lookUp.getResponseField(BROKERS);
  }

  /** For a cluster of others that does not take IAM. https://docs.aws.amazon.com/lambda/latest/dg/msk-cluster-auth.html */
  private signInBySecret(fn: lambda.Function, mapping: lambda.CfnEventSourceMapping): void {
    if (this.config.kind !== 'existing' || !this.config.secretArn) return;
    const { authentication, secretArn, secretKeyArn } = this.config;
    mapping.sourceAccessConfigurations = [
      {
        type: authentication === 'scram' ? 'SASL_SCRAM_512_AUTH' : 'CLIENT_CERTIFICATE_TLS_AUTH',
        uri: secretArn,
      },
    ];
    fn.addToRolePolicy(
      new iam.PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [secretArn] }),
    );
    if (secretKeyArn)
      fn.addToRolePolicy(new iam.PolicyStatement({ actions: ['kms:Decrypt'], resources: [secretKeyArn] }));
  }
}

const BROKERS = 'BootstrapBrokerStringSaslIam';

/** CDK puts its Lambda beside our constructs, for all look-ups of a stack share one; its role tells where. */
function acknowledgeCdkLambda({ grantPrincipal }: AwsCustomResource): void {
  if (grantPrincipal instanceof iam.Role && grantPrincipal.node.scope)
    acknowledge(grantPrincipal.node.scope, CDK_LAMBDA);
}

/** `addEventSource` does not hand it out. */
function kafkaMappingOf(fn: lambda.Function): lambda.CfnEventSourceMapping {
  const mapping = fn.node
    .findAll()
    .find(
      (child): child is lambda.CfnEventSourceMapping =>
        child instanceof lambda.CfnEventSourceMapping && child.topics !== undefined,
    );
  if (!mapping) throw new Error('Cannot feed: CDK made no mapping for the stream');
  return mapping;
}
