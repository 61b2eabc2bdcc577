import { Match, type Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { ENV } from '../../lambdas/shared/platform/env.ts';
import { KINDS, type Kind } from '../cloud/kinds.ts';
import { stackWith, synthesize } from './synthesize.ts';

/** The differences between the kinds of deployments. `test/cloud` runs cdk-nag and cfn-lint on the same kinds. */

const templates = new Map<Kind, Template>();
function templateOf(kind: Kind): Template {
  const template = templates.get(kind) ?? synthesize(KINDS[kind]);
  templates.set(kind, template);
  return template;
}
const all = (kind: Kind, type: string) => Object.values(templateOf(kind).findResources(type));
const names = Object.keys(KINDS) as Kind[];
// The first synthesis loads CDK, which should not count towards the timeout of a test.
templateOf('Serverless');

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: { readonly StringEquals?: Readonly<Record<string, unknown>> };
}
const statements = (kind: Kind, idStart: string): Statement[] =>
  Object.entries(templateOf(kind).findResources('AWS::IAM::Policy'))
    .filter(([id]) => id.startsWith(idStart))
    .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement);
/** Maps each Kafka action of a policy to its resource, as JSON text. */
const kafkaRights = (kind: Kind, idStart: string): Record<string, string> =>
  Object.fromEntries(
    statements(kind, idStart).flatMap(({ Action, Resource }) =>
      [Action]
        .flat()
        .filter((action) => action.startsWith('kafka-cluster:'))
        .map((action) => [action.replace('kafka-cluster:', ''), JSON.stringify(Resource)]),
    ),
  );
const mapping = (kind: Kind) =>
  all(kind, 'AWS::Lambda::EventSourceMapping').find(({ Properties }) => Properties.Topics);
const services = (kind: Kind): string[] =>
  all(kind, 'AWS::EC2::VPCEndpoint')
    .map(({ Properties }) => /\.(\w+)"?\]*\}?$/.exec(JSON.stringify(Properties.ServiceName))?.[1] ?? '?')
    .sort();

describe('the network', () => {
  test.each<[Kind, string[]]>([
    ['Serverless', ['lambda', 's3', 'sts']],
    ['ServerlessProvisionedPollers', ['s3']],
    ['ServerlessExistingVpc', ['lambda', 'sts']],
    ['ServerlessOwnEndpoints', []],
    ['ProvisionedNat', ['s3']],
    ['ProvisionedExistingVpc', []],
    ['ExistingScram', ['lambda', 'secretsmanager', 'sts']],
    ['ExistingTls', []],
  ])('%s has the endpoints %j and no other', (kind, expected) => {
    expect(services(kind)).toEqual(expected);
  });

  test('has a route to the internet only with NAT, and no subnet assigns public addresses', () => {
    for (const kind of names) {
      const isNat = kind === 'ProvisionedNat';
      for (const type of ['AWS::EC2::NatGateway', 'AWS::EC2::InternetGateway', 'AWS::EC2::EIP'])
        expect(all(kind, type), `${kind} ${type}`).toHaveLength(isNat ? 1 : 0);
      for (const { Properties } of all(kind, 'AWS::EC2::Subnet'))
        expect(Properties.MapPublicIpOnLaunch, kind).toBe(false);
    }
  });

  /** Rules of the security group that concern addresses, not members. */
  const wideRules = (kind: Kind): object[] =>
    all(kind, 'AWS::EC2::SecurityGroup').flatMap(({ Properties }) => [
      ...(Properties.SecurityGroupIngress ?? []),
      ...(Properties.SecurityGroupEgress ?? []).filter(
        // CDK expresses "no egress" as a rule that never matches.
        ({ CidrIp }: { CidrIp: string }) => CidrIp !== '255.255.255.255/32',
      ),
    ]);
  const HTTPS_OUT = expect.objectContaining({ CidrIp: '0.0.0.0/0', FromPort: 443, ToPort: 443 });

  test('members of its one security group reach only each other; without endpoints of this stack, on-demand pollers also HTTPS', () => {
    for (const kind of names) {
      const groups = all(kind, 'AWS::EC2::SecurityGroup');
      expect(groups.length, kind).toBe(kind.startsWith('Existing') ? 0 : 1);
      const [id = ''] = Object.keys(templateOf(kind).findResources('AWS::EC2::SecurityGroup'));
      const member = { 'Fn::GetAtt': [id, 'GroupId'] };
      for (const { Properties } of all(kind, 'AWS::EC2::SecurityGroupIngress'))
        expect(Properties).toMatchObject({ GroupId: member, SourceSecurityGroupId: member });
      const isOut = ['ProvisionedNat', 'ServerlessOwnEndpoints'].includes(kind);
      expect(wideRules(kind), kind).toEqual(isOut ? [HTTPS_OUT] : []);
    }
  });

  test('on-demand pollers reach Lambda and STS in every kind: by endpoints of this stack, or by HTTPS out of its group', () => {
    for (const kind of names) {
      const isOnDemand = mapping(kind)?.Properties.ProvisionedPollerConfig === undefined;
      // The stack changes no security group of an existing cluster; its owner provides the way.
      if (!isOnDemand || all(kind, 'AWS::EC2::SecurityGroup').length === 0) continue;
      const hasEndpoints = ['lambda', 'sts'].every((service) => services(kind).includes(service));
      if (!hasEndpoints) expect(wideRules(kind), kind).toEqual([HTTPS_OUT]);
    }
  });

  test('pollers have metrics, alarms and graphs of their faults in every kind in which they are provisioned, and in no other', () => {
    for (const kind of names) {
      const mappings = all(kind, 'AWS::Lambda::EventSourceMapping').filter(
        ({ Properties }) => Properties.Topics,
      );
      const isProvisioned = mapping(kind)?.Properties.ProvisionedPollerConfig !== undefined;
      for (const { Properties } of mappings)
        expect(Properties.MetricsConfig, kind).toEqual(
          isProvisioned ? { Metrics: ['ErrorCount', 'KafkaMetrics'] } : undefined,
        );
      const alarms = all(kind, 'AWS::CloudWatch::Alarm').map(({ Properties }) =>
        String(Properties.AlarmDescription),
      );
      const of = (way: string) =>
        alarms.filter((text) => new RegExp(`^(accumulate|remember)-${way}:`).test(text));
      expect(of('pollers'), kind).toHaveLength(isProvisioned ? mappings.length : 0);
      // OffsetLag is a metric of the Lambda, in either mode.
      expect(of('lag'), kind).toHaveLength(mappings.length);
      expect(of('silent'), kind).toHaveLength(1);
      const dashboard = JSON.stringify(all(kind, 'AWS::CloudWatch::Dashboard'));
      for (const metric of ['PollingErrorCount', 'MaxOffsetLag'])
        expect(dashboard.includes(metric), `${kind} ${metric}`).toBe(isProvisioned);
    }
  });

  test('an existing VPC is not looked up or changed; only endpoints are created in it', () => {
    for (const kind of ['ServerlessExistingVpc', 'ExistingIam'] as const)
      for (const type of ['VPC', 'Subnet', 'RouteTable', 'Route', 'SecurityGroupIngress'])
        if (kind === 'ExistingIam' || type !== 'SecurityGroupIngress')
          expect(all(kind, `AWS::EC2::${type}`), `${kind} ${type}`).toEqual([]);
    expect(JSON.stringify(templateOf('ServerlessExistingVpc'))).toContain('subnet-1a1b2c3d4e5f60718');
  });
});

describe('the stream', () => {
  test('a serverless cluster accepts only IAM, from inside the network', () => {
    templateOf('Serverless').hasResourceProperties('AWS::MSK::ServerlessCluster', {
      ClientAuthentication: { Sasl: { Iam: { Enabled: true } } },
      VpcConfigs: [{ SubnetIds: [Match.anyValue(), Match.anyValue()], SecurityGroups: [Match.anyValue()] }],
    });
  });

  test('a cluster that is replaced is kept, with the sales on it, and one whose stack is deleted is not', () => {
    for (const kind of names)
      for (const type of ['AWS::MSK::ServerlessCluster', 'AWS::MSK::Cluster'])
        for (const { UpdateReplacePolicy, DeletionPolicy } of all(kind, type))
          expect([UpdateReplacePolicy, DeletionPolicy], kind).toEqual(['Retain', 'Delete']);
  });

  test('a provisioned cluster has two small brokers, TLS everywhere, only IAM, and logs', () => {
    templateOf('Provisioned').hasResourceProperties('AWS::MSK::Cluster', {
      NumberOfBrokerNodes: 2,
      KafkaVersion: '3.9.x',
      BrokerNodeGroupInfo: {
        InstanceType: 'kafka.t3.small',
        StorageInfo: { EBSStorageInfo: { VolumeSize: 10 } },
      },
      ClientAuthentication: { Sasl: { Iam: { Enabled: true } }, Unauthenticated: { Enabled: false } },
      EncryptionInfo: { EncryptionInTransit: { ClientBroker: 'TLS', InCluster: true } },
      LoggingInfo: { BrokerLogs: { CloudWatchLogs: { Enabled: true } } },
    });
  });

  test('CloudFormation creates the topic of a provisioned cluster, with a replica on each broker', () => {
    const [topic] = all('Provisioned', 'AWS::MSK::Topic');
    expect(topic?.Properties).toMatchObject({ TopicName: 'sales', PartitionCount: 3, ReplicationFactor: 2 });
    expect(JSON.parse(Buffer.from(topic?.Properties.Configs, 'base64').toString())).toEqual({
      'max.message.bytes': '1048576',
      'retention.ms': String(7 * 86_400_000),
      // If both replicas were required, maintenance of one broker would stop sales.
      'min.insync.replicas': '1',
    });
    expect(all('Provisioned', 'Custom::Topic')).toEqual([]);
  });

  test('for other kinds, a Lambda in the network of the brokers creates the topic, with a timeout', () => {
    for (const kind of ['Serverless', 'ServerlessExistingVpc', 'ExistingIam'] as const) {
      expect(all(kind, 'AWS::MSK::Topic')).toEqual([]);
      const [topic] = all(kind, 'Custom::Topic');
      expect(topic?.Properties, kind).toMatchObject({
        topic: 'sales',
        partitions: '3',
        replicationFactor: '3',
        settings: { 'max.message.bytes': '1048576' },
        brokers: { 'Fn::GetAtt': [expect.stringMatching(/^StreamLookUp/), 'BootstrapBrokerStringSaslIam'] },
        ServiceTimeout: '300',
      });
      // The topic of an existing cluster may hold sales that others need.
      expect(topic?.DeletionPolicy, kind).toBe(kind === 'ExistingIam' ? 'RetainExceptOnCreate' : 'Delete');
    }
    for (const kind of ['ExistingScram', 'ExistingTls'] as const)
      expect(all(kind, 'Custom::Topic'), kind).toEqual([]);
  });

  test('the largest record fits into one invocation several times, base64-encoded', () => {
    const [topic] = all('Serverless', 'Custom::Topic');
    expect(Number(topic?.Properties.settings['max.message.bytes'])).toBeLessThanOrEqual(1024 * 1024);
  });

  test('a Lambda outside the network looks up the brokers, because the API of MSK is not reachable from inside', () => {
    const [[id, lookUp] = ['', undefined]] = Object.entries(
      templateOf('Serverless').findResources('AWS::Lambda::Function'),
    ).filter(([name]) => name.startsWith('AWS'));
    expect(lookUp?.Properties).not.toHaveProperty('VpcConfig');
    const [call] = all('Serverless', 'Custom::Brokers');
    expect(call?.Properties.ServiceToken).toEqual({ 'Fn::GetAtt': [id, 'Arn'] });
    expect(JSON.stringify(call?.Properties.Create)).toContain('GetBootstrapBrokers');
    expect(statements('Serverless', 'StreamLookUp')).toEqual([
      expect.objectContaining({
        Action: 'kafka:GetBootstrapBrokers',
        Resource: { 'Fn::GetAtt': [expect.stringMatching(/^StreamCluster/), 'Arn'] },
      }),
    ]);
  });

  test('only the Lambdas of the topic, of produce and of collect are in the VPC', () => {
    const inside = Object.entries(templateOf('Serverless').findResources('AWS::Lambda::Function'))
      .filter(([, { Properties }]) => Properties.VpcConfig)
      .map(([id]) => id.replace(/Function.*/, ''));
    expect(inside.sort()).toEqual(['Collect', 'Produce', 'StreamTopic']);
  });

  test('pollers start after the topic and their endpoints exist', () => {
    expect(mapping('Serverless')?.DependsOn.map((id: string) => id.replace(/[0-9A-F]{8}$/, ''))).toEqual([
      'NetworklambdaEndpoint',
      'NetworkstsEndpoint',
      'StreamTopic',
    ]);
  });

  test('in every kind the pollers retry forever and have no failure destination', () => {
    for (const kind of names)
      for (const bound of ['MaximumRetryAttempts', 'MaximumRecordAgeInSeconds', 'DestinationConfig'])
        expect(mapping(kind)?.Properties, kind).not.toHaveProperty(bound);
  });

  test('the batch size and the batching window follow the configuration', () => {
    const stream = { batchSize: 500, windowSeconds: 5, partitions: 12, retentionHours: 24 };
    const template = synthesize({ stream });
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      BatchSize: 500,
      MaximumBatchingWindowInSeconds: 5,
    });
    template.hasResourceProperties('Custom::Topic', { partitions: '12' });
  });

  test('the pollers authenticate to an existing cluster by the configured method', () => {
    const access = (kind: Kind) => mapping(kind)?.Properties.SourceAccessConfigurations;
    const { secretArn, secretKeyArn } = KINDS.ExistingScram.stream;
    expect(access('ExistingIam')).toBeUndefined();
    expect(access('ExistingScram')).toEqual([{ Type: 'SASL_SCRAM_512_AUTH', URI: secretArn }]);
    expect(access('ExistingTls')).toEqual([{ Type: 'CLIENT_CERTIFICATE_TLS_AUTH', URI: secretArn }]);
    expect(statements('ExistingScram', 'Accumulate')).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ Action: 'secretsmanager:GetSecretValue', Resource: secretArn }),
        expect.objectContaining({ Action: 'kms:Decrypt', Resource: secretKeyArn }),
      ]),
    );
    expect(kafkaRights('ExistingScram', 'Accumulate')).toEqual({});
    expect(JSON.stringify(statements('ExistingTls', 'Accumulate'))).not.toContain('kms:');
    // With keyed ids, accumulate reads the secret of the stack.
    for (const kind of names.filter((name) => !/^Existing(Scram|Tls)$|Keyed/.test(name)))
      expect(JSON.stringify(statements(kind, 'Accumulate')), kind).not.toContain('secretsmanager');
  });
});

describe('permissions on Kafka', () => {
  const start = 'arn:aws:kafka:eu-west-1:111122223333:';
  const cluster = 'shop/0a1b2c3d-0000-1111-2222-333344445555-1';

  test('accumulate may read one topic of one cluster, in one consumer group', () => {
    const { Connect, ReadData, DescribeTopic, AlterGroup, DescribeGroup, ...others } = kafkaRights(
      'ExistingIam',
      'Accumulate',
    );
    // https://docs.aws.amazon.com/lambda/latest/dg/msk-cluster-auth.html names it among the permissions of the pollers.
    expect(others).toEqual({ DescribeClusterDynamicConfiguration: Connect });
    expect(Connect).toBe(`"${start}cluster/${cluster}"`);
    expect(ReadData).toBe(`"${start}topic/${cluster}/sales"`);
    expect(DescribeTopic).toBe(ReadData);
    expect(AlterGroup).toBe(DescribeGroup);
    expect(AlterGroup).toContain(`"${start}group/${cluster}/cartograph-"`);
    expect(AlterGroup).not.toContain('*');
    // The mapping joins the same group.
    const group = mapping('ExistingIam')?.Properties.AmazonManagedKafkaEventSourceConfig.ConsumerGroupId;
    expect(AlterGroup).toContain(JSON.stringify(group['Fn::Join'][1].slice(1)).slice(1, -1));
  });

  test('produce may write to one topic, and may neither read nor create topics', () => {
    const rights = kafkaRights('ExistingIam', 'Produce');
    expect(Object.keys(rights).sort()).toEqual(['Connect', 'DescribeTopic', 'WriteData']);
    expect(rights.WriteData).toBe(`"${start}topic/${cluster}/sales"`);
  });

  test('the topic’s Lambda may create, change and delete one topic, and may neither read nor write it', () => {
    const rights = kafkaRights('ExistingIam', 'StreamTopicFunction');
    expect(Object.keys(rights)).not.toContain('ReadData');
    expect(Object.keys(rights)).not.toContain('WriteData');
    for (const [action, resource] of Object.entries(rights))
      expect(resource, action).toBe(
        action === 'Connect' ? `"${start}cluster/${cluster}"` : `"${start}topic/${cluster}/sales"`,
      );
  });

  test('the other stages have no permissions on Kafka', () => {
    for (const stage of ['Threshold', 'Train', 'Render', 'Publish'])
      expect(kafkaRights('Serverless', stage)).toEqual({});
  });

  test('produce gets the brokers and the topic, and exists only if the cluster accepts IAM', () => {
    const [fn] = Object.entries(templateOf('Serverless').findResources('AWS::Lambda::Function'))
      .filter(([id]) => id.startsWith('Produce'))
      .map(([, { Properties }]) => Properties.Environment.Variables);
    expect(fn[ENV.topic]).toBe('sales');
    expect(JSON.stringify(fn[ENV.brokers])).toContain('BootstrapBrokerStringSaslIam');
    for (const kind of names)
      expect('ProduceFunction' in templateOf(kind).findOutputs('*'), kind).toBe(
        !['ExistingScram', 'ExistingTls'].includes(kind),
      );
  });
});

describe('nothing is public', () => {
  test('every bucket blocks public access, no function has a URL, and no policy admits other accounts', () => {
    for (const kind of names) {
      for (const { Properties } of all(kind, 'AWS::S3::Bucket'))
        expect(Object.values(Properties.PublicAccessBlockConfiguration), kind).toEqual(Array(4).fill(true));
      expect(all(kind, 'AWS::Lambda::Url'), kind).toEqual([]);
      for (const { Properties } of all(kind, 'AWS::Lambda::Permission'))
        expect(Properties.Principal, kind).not.toBe('*');
      for (const type of ['AWS::SQS::QueuePolicy', 'AWS::SNS::TopicPolicy', 'AWS::S3::BucketPolicy'])
        for (const { Properties } of all(kind, type))
          for (const { Effect, Principal } of Properties.PolicyDocument.Statement)
            if (Effect === 'Allow') expect(JSON.stringify(Principal), `${kind} ${type}`).not.toContain('*');
      for (const { Properties } of all(kind, 'AWS::MSK::Cluster'))
        expect(Properties.BrokerNodeGroupInfo, kind).not.toHaveProperty('ConnectivityInfo');
    }
  });

  test('every role can be assumed by exactly one AWS service', () => {
    for (const kind of names)
      for (const { Properties } of all(kind, 'AWS::IAM::Role'))
        expect(Properties.AssumeRolePolicyDocument.Statement, kind).toEqual([
          expect.objectContaining({
            Principal: { Service: expect.stringMatching(/^(lambda|emr-serverless)\.amazonaws\.com$/) },
          }),
        ]);
  });
});

describe('every Lambda', () => {
  test('has a log group with a retention period, including CDK’s own Lambdas', () => {
    for (const kind of names) {
      const groups = templateOf(kind).findResources('AWS::Logs::LogGroup');
      for (const [id, { Properties }] of Object.entries(
        templateOf(kind).findResources('AWS::Lambda::Function'),
      )) {
        const group = groups[Properties.LoggingConfig?.LogGroup.Ref];
        expect(group?.Properties.RetentionInDays, `${kind} ${id}`).toBe(90);
      }
    }
  });

  test('of this project is traced, runs on arm64 and Node 24, and has source maps enabled', () => {
    const projectFunctions = Object.entries(
      templateOf('Serverless').findResources('AWS::Lambda::Function'),
    ).filter(([id]) => !/^AWS|Provider/.test(id));
    expect(projectFunctions).toHaveLength(13);
    for (const [id, { Properties }] of projectFunctions)
      expect(Properties, id).toMatchObject({
        Architectures: ['arm64'],
        Runtime: 'nodejs24.x',
        TracingConfig: { Mode: 'Active' },
        Environment: { Variables: { NODE_OPTIONS: '--enable-source-maps --disable-warning=DEP0169' } },
      });
  });
});

describe('keys of your own', () => {
  const { keyArn, assetsKeyArn } = KINDS.ProvisionedEncrypted.encryption;
  /** The actions of a role in the bucket and on the keys for it, by the start of the policy's id. */
  const actionsIn = (idStart: string): string[] =>
    statements('ProvisionedEncrypted', idStart)
      // The table and the secret have the same key.
      .filter(({ Resource, Condition }) => Resource !== keyArn || JSON.stringify(Condition).includes('"s3.'))
      .flatMap(({ Action, Resource }) =>
        [Action].flat().map((action) => (Resource === assetsKeyArn ? `${action} of assets` : action)),
      );

  test('encrypt the bucket and the disks of provisioned brokers', () => {
    const [bucket] = all('ProvisionedEncrypted', 'AWS::S3::Bucket');
    expect(bucket?.Properties.BucketEncryption.ServerSideEncryptionConfiguration).toEqual([
      {
        BucketKeyEnabled: true,
        ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: keyArn },
      },
    ]);
    templateOf('ProvisionedEncrypted').hasResourceProperties('AWS::MSK::Cluster', {
      EncryptionInfo: { EncryptionAtRest: { DataVolumeKMSKeyId: keyArn } },
    });
  });

  test('can be used by each role that reads or writes the bucket, and the job may decrypt its jar', () => {
    for (const role of [
      ...['Accumulate', 'Threshold', 'TrainFunction', 'TrainJob', 'Publish', 'Render'],
      ...['Remember', 'Serve', 'Catalogue', 'Erasures', 'Forget'],
    ]) {
      const actions = actionsIn(role);
      expect(actions.join(), role).toMatch(/s3:(Get|Put)Object/);
      expect(actions.includes('kms:Decrypt'), role).toBe(actions.includes('s3:GetObject'));
      expect(actions.includes('kms:GenerateDataKey'), role).toBe(actions.includes('s3:PutObject'));
      expect(actions.includes('kms:Decrypt of assets'), role).toBe(role === 'TrainJob');
    }
  });

  test('can be used through S3 only, and by the job for its secret, so that no role can decrypt anything else', () => {
    const ofKey = ['Accumulate', 'Threshold', 'TrainJob', 'Publish', 'Render'].flatMap((role) =>
      statements('ProvisionedEncrypted', role).filter(({ Resource }) => Resource === keyArn),
    );
    expect(ofKey.length).toBeGreaterThan(0);
    const services = ofKey.map(({ Condition }) =>
      JSON.stringify(Condition?.StringEquals?.['kms:ViaService']),
    );
    const ofSecret = services.filter((service) => service.includes('"secretsmanager."'));
    expect(ofSecret).toHaveLength(1);
    for (const service of services.filter((other) => !ofSecret.includes(other)))
      expect(service).toMatch(/"s3\.".*AWS::Region.*AWS::URLSuffix/);
  });

  test('are not used without the configuration', () => {
    for (const kind of names.filter((name) => !['ProvisionedEncrypted', 'ExistingScram'].includes(name)))
      expect(JSON.stringify(templateOf(kind).toJSON()), kind).not.toContain('kms:');
  });
});

describe('the configuration of a deployment', () => {
  test('decides whether the bucket and the logs are kept or deleted', () => {
    const policies = (kind: Kind) =>
      new Set(
        ['AWS::S3::Bucket', 'AWS::Logs::LogGroup']
          .flatMap((type) => all(kind, type))
          .map(({ DeletionPolicy }) => DeletionPolicy),
      );
    // A first deployment that fails leaves neither a bucket nor log groups behind.
    expect(policies('Serverless')).toEqual(new Set(['RetainExceptOnCreate']));
    expect(policies('Provisioned')).toEqual(new Set(['Delete']));
    templateOf('Provisioned').resourceCountIs('Custom::S3AutoDeleteObjects', 1);
  });

  test('keeps the bucket and the logs also when they are replaced', () => {
    for (const type of ['AWS::S3::Bucket', 'AWS::Logs::LogGroup'])
      for (const { UpdateReplacePolicy } of all('Serverless', type))
        expect(UpdateReplacePolicy).toBe('Retain');
  });

  test('protects a stack whose data is kept from being deleted', () => {
    expect(stackWith(KINDS.Serverless).terminationProtection).toBe(true);
    expect(stackWith(KINDS.Provisioned).terminationProtection).toBe(false);
  });

  test('can keep workers started, in the size that the job requests', () => {
    templateOf('ExistingIam').hasResourceProperties('AWS::EMRServerless::Application', {
      InitialCapacity: [
        {
          Key: 'Driver',
          Value: { WorkerCount: 1, WorkerConfiguration: { Cpu: '4 vCPU', Memory: '14 GB', Disk: '20 GB' } },
        },
        { Key: 'Executor', Value: Match.objectLike({ WorkerCount: 2 }) },
      ],
      MaximumCapacity: { Cpu: '16 vCPU', Memory: '64 GB' },
      AutoStopConfiguration: { Enabled: true, IdleTimeoutMinutes: 15 },
    });
    for (const kind of names)
      for (const { Properties } of all(kind, 'AWS::EMRServerless::Application'))
        expect(Properties.MaximumCapacity, kind).toBeDefined();
  });

  test('rounds the memory of large workers up to a size that EMR Serverless has, and counts it against the maximum', () => {
    const worker = { vcpu: 8, memoryGb: 20 };
    const train = { driver: worker, executor: worker, preInitialisedExecutors: 1, maximumVcpu: 32 };
    const template = synthesize({ train: { ...train, maximumMemoryGb: 72 } });
    const size = { WorkerConfiguration: Match.objectLike({ Cpu: '8 vCPU', Memory: '24 GB' }) };
    template.hasResourceProperties('AWS::EMRServerless::Application', {
      InitialCapacity: [{ Value: Match.objectLike(size) }, { Value: Match.objectLike(size) }].map((entry) =>
        Match.objectLike(entry),
      ),
    });
    expect(JSON.stringify(template.toJSON())).toContain('maxExecutors=2');
  });

  test('puts tags on resources that support them', () => {
    const [bucket] = all('Provisioned', 'AWS::S3::Bucket');
    expect(bucket?.Properties.Tags).toContainEqual({ Key: 'team', Value: 'shop' });
  });

  test('sets the retention of each prefix', () => {
    const retention = {
      rejectedDays: 7,
      jobLogsDays: 8,
      supersededDays: 9,
      tierRunsAfterDays: 10,
      functionLogsDays: 14,
    };
    const template = synthesize({ retention });
    const [bucket] = Object.values(template.findResources('AWS::S3::Bucket'));
    expect(bucket?.Properties.LifecycleConfiguration.Rules).toEqual([
      { Id: 'rejected', Prefix: 'rejected/', Status: 'Enabled', ExpirationInDays: 7 },
      { Id: 'logs', Prefix: 'logs/', Status: 'Enabled', ExpirationInDays: 8 },
      {
        Id: 'runs',
        Prefix: 'runs/',
        Status: 'Enabled',
        Transitions: [{ StorageClass: 'INTELLIGENT_TIERING', TransitionInDays: 10 }],
      },
      {
        Id: 'superseded',
        Status: 'Enabled',
        NoncurrentVersionExpiration: { NoncurrentDays: 9 },
        AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
        ExpiredObjectDeleteMarker: true,
      },
    ]);
    for (const { Properties } of Object.values(template.findResources('AWS::Logs::LogGroup')))
      expect(Properties.RetentionInDays).toBe(14);
  });
});
