import { isDeepStrictEqual } from 'node:util';
import { App } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { REQUEST_STAGES, STAGES } from '../../lambdas/shared/contract/stages.ts';
import { ENV } from '../../lambdas/shared/platform/env.ts';
import { type Config, readConfig } from '../../lib/config.ts';
import { RecommenderStack } from '../../lib/recommender-stack.ts';
import { appWith, stackWith, synthesize } from './synthesize.ts';

const template = synthesize();
const resources = (type: string) => Object.values(template.findResources(type));

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: { readonly StringLike?: Readonly<Record<string, readonly string[]>> };
}

const actionsOf = ({ Action }: Statement): readonly string[] => [Action].flat();

/** The policy statements of the role of a stage. */
function statementsOf(stage: string): Statement[] {
  const name = `${stage[0]?.toUpperCase()}${stage.slice(1)}`;
  return Object.entries(template.findResources('AWS::IAM::Policy'))
    .filter(([id]) => id.startsWith(name) && !id.includes('JobRole'))
    .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement);
}

/** The policy statements of the role of the Spark job. */
const jobStatements = (): Statement[] =>
  Object.entries(template.findResources('AWS::IAM::Policy'))
    .filter(([id]) => id.includes('JobRole'))
    .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement);

/** The prefixes of the bucket on which a stage may perform an action, sorted. */
const prefixesOf = (stage: string, action: string): string[] => prefixesIn(statementsOf(stage), action);

const prefixesIn = (statements: readonly Statement[], action: string): string[] =>
  statements
    .filter((statement) => actionsOf(statement).includes(action))
    .flatMap(({ Resource }) => [Resource].flat())
    .map((resource) => /"\/([^"]*)"/.exec(JSON.stringify(resource))?.[1] ?? JSON.stringify(resource))
    .sort();

describe('the bucket', () => {
  test('is private, encrypted, versioned, accepts only TLS, and is kept when the stack is deleted', () => {
    template.hasResource('AWS::S3::Bucket', {
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        BucketEncryption: Match.anyValue(),
        VersioningConfiguration: { Status: 'Enabled' },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
      },
    });
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
        ]),
      },
    });
  });
});

describe('retention', () => {
  const [bucket] = resources('AWS::S3::Bucket');
  const expiring: { Prefix?: string }[] = bucket?.Properties.LifecycleConfiguration.Rules.filter(
    (rule: object) => 'ExpirationInDays' in rule || 'ExpirationDate' in rule,
  );

  test('only rejected records and logs expire, because the bucket is the only state', () => {
    expect(expiring.map(({ Prefix }) => Prefix).sort()).toEqual(['logs/', 'rejected/']);
  });

  test('there is one bucket, which is not emptied when the stack is deleted', () => {
    template.resourceCountIs('AWS::S3::Bucket', 1);
    template.resourceCountIs('Custom::S3AutoDeleteObjects', 0);
  });

  test('the Lambdas log to groups with a retention of 90 days', () => {
    const groups = resources('AWS::Logs::LogGroup').map(({ Properties }) => Properties.RetentionInDays);
    expect(new Set(groups)).toEqual(new Set([90]));
    for (const [id, { Properties }] of Object.entries(template.findResources('AWS::Lambda::Function')))
      expect(template.findResources('AWS::Logs::LogGroup'), id).toHaveProperty(
        Properties.LoggingConfig.LogGroup.Ref,
      );
  });
});

describe('the permissions of each stage', () => {
  test('accumulate may put interactions and rejected records, and may neither read nor delete them', () => {
    const s3 = statementsOf('accumulate')
      .flatMap(actionsOf)
      .filter((action) => action.startsWith('s3:'));
    expect(s3.sort()).toEqual(['s3:GetObject', 's3:ListBucket', 's3:PutObject']);
    expect(prefixesOf('accumulate', 's3:PutObject')).toEqual([
      'interactions/*',
      'privacy.json',
      'rejected/*',
    ]);
    expect(prefixesOf('accumulate', 's3:GetObject')).toEqual(['privacy.json']);
  });

  test('remember may read how ids are stored and who is forgotten, and see whether there are sales', () => {
    const s3 = statementsOf('remember').filter((statement) =>
      actionsOf(statement).some((action) => action.startsWith('s3:')),
    );
    expect(new Set(s3.flatMap(actionsOf))).toEqual(new Set(['s3:GetObject', 's3:ListBucket']));
    expect(prefixesOf('remember', 's3:GetObject').sort()).toEqual(['privacy.json', 'tombstones/*']);
    expect(s3.flatMap(({ Condition }) => Condition?.StringLike?.['s3:prefix'] ?? [])).toEqual([
      'privacy.json',
      'interactions/*',
      'tombstones/*',
    ]);
  });

  test.each([
    ['threshold', ['windows/*']],
    ['train', ['attempts/*', 'receipts/*']],
    ['render', ['charts/0*']],
    ['publish', ['charts/index.html', 'current.json', 'publications/*']],
  ])('%s may write only %j', (stage, prefixes) => {
    expect(prefixesOf(stage, 's3:PutObject')).toEqual(prefixes);
  });

  test('forget may read everything, write what holds users, its tombstones and its receipts, and delete versions only', () => {
    expect(prefixesOf('forget', 's3:GetObject')).toEqual(['*']);
    const written = [
      'attempts/*/failed.json',
      'charts/*',
      'erasures/*',
      'interactions/*',
      'logs/*',
      'manifests/*',
      'rejected/*',
      'runs/*',
    ];
    expect(prefixesOf('forget', 's3:PutObject')).toEqual([...written, 'tombstones/*']);
    expect(prefixesOf('forget', 's3:DeleteObjectVersion')).toEqual(written);
    const deleting = statementsOf('forget')
      .flatMap(actionsOf)
      .filter((action) => /Delete/.test(action));
    expect(new Set(deleting)).toEqual(
      new Set(['s3:DeleteObjectVersion', 'sqs:DeleteMessage', 'logs:DeleteLogStream', 'dynamodb:DeleteItem']),
    );
  });

  test('no Lambda but forget may delete objects; the job may, under runs/', () => {
    for (const stage of [...STAGES, ...REQUEST_STAGES])
      expect(
        statementsOf(stage)
          .flatMap(actionsOf)
          .filter((action) => /Delete(?!Message)/.test(action)),
      ).toEqual([]);
    const deleting = jobStatements().filter((statement) => actionsOf(statement).includes('s3:DeleteObject'));
    expect(JSON.stringify(deleting)).toContain('/runs/*');
    expect(deleting).toHaveLength(1);
  });

  test.each([
    ['threshold', ['attempts/*', 'manifests/*', 'windows/*']],
    ['train', ['attempts/*', 'manifests/*', 'receipts/*', 'windows/*']],
    ['render', ['charts/*', 'manifests/*', 'publications/*', 'receipts/*', 'runs/*']],
    ['publish', ['charts/index.html', 'current.json', 'manifests/*', 'publications/*', 'receipts/*']],
  ])('%s may read only %j', (stage, prefixes) => {
    expect(prefixesOf(stage, 's3:GetObject')).toEqual(prefixes);
  });

  test('only the job may read sales; it may write runs, manifests and logs, but no windows', () => {
    expect(prefixesIn(jobStatements(), 's3:GetObject')).toContain('interactions/*');
    expect(prefixesIn(jobStatements(), 's3:PutObject')).toEqual(['logs/*', 'manifests/*', 'runs/*']);
    for (const stage of [...STAGES, ...REQUEST_STAGES])
      for (const prefix of ['interactions/*', 'rejected/*', '*'])
        expect(prefixesOf(stage, 's3:GetObject'), stage).not.toContain(prefix);
  });

  test('listing is limited to named prefixes', () => {
    const listing = [...[...STAGES, ...REQUEST_STAGES].flatMap(statementsOf), ...jobStatements()].filter(
      (statement) => actionsOf(statement).includes('s3:ListBucket'),
    );
    expect(listing.length).toBeGreaterThan(4);
    const prefixes = listing.flatMap(
      ({ Condition }) => Condition?.StringLike?.['s3:prefix'] ?? ['no condition'],
    );
    for (const prefix of prefixes)
      expect(prefix).toMatch(/^([a-z]+\/\*|current\.json|privacy\.json|charts\/index\.html)$/);
  });

  test('no allowed action in the template has a wildcard, and only tracing and results of queries are allowed on all resources', () => {
    const statements = ['AWS::IAM::Policy', 'AWS::SQS::QueuePolicy', 'AWS::S3::BucketPolicy']
      .flatMap(resources)
      .flatMap(({ Properties }): Statement[] => Properties.PolicyDocument.Statement)
      .filter(({ Effect }) => Effect === 'Allow');
    const wild = statements.filter((statement) =>
      actionsOf(statement).some((action) => action.includes('*')),
    );
    expect(wild.map(actionsOf)).toEqual([]);
    const onAll = statements.filter(({ Resource }) => [Resource].flat().includes('*'));
    expect(new Set(onAll.flatMap(actionsOf))).toEqual(
      new Set(['xray:PutTraceSegments', 'xray:PutTelemetryRecords', 'logs:GetQueryResults']),
    );
  });

  test('AWS managed policies are used only for network interfaces and by CDK’s own Lambdas', () => {
    const managed = Object.entries(template.findResources('AWS::IAM::Role')).flatMap(([id, { Properties }]) =>
      [...JSON.stringify(Properties.ManagedPolicyArns ?? []).matchAll(/service-role\/(\w+)/g)].map(
        ([, policy]) => `${/^[A-Z][a-z]+/.exec(id)?.[0]} ${policy}`,
      ),
    );
    expect(managed.sort()).toEqual([
      'Accumulate AWSLambdaMSKExecutionRole',
      'Collect AWSLambdaVPCAccessExecutionRole',
      'Produce AWSLambdaVPCAccessExecutionRole',
      'Remember AWSLambdaMSKExecutionRole',
      'Stream AWSLambdaBasicExecutionRole',
      'Stream AWSLambdaVPCAccessExecutionRole',
      'undefined AWSLambdaBasicExecutionRole',
    ]);
  });

  test('train may start, monitor and cancel jobs of its own application only', () => {
    const jobs = statementsOf('train').filter((statement) =>
      actionsOf(statement).some((action) => action.startsWith('emr-serverless:')),
    );
    expect(jobs.flatMap(actionsOf).sort()).toEqual([
      'emr-serverless:CancelJobRun',
      'emr-serverless:GetJobRun',
      'emr-serverless:StartJobRun',
    ]);
    for (const { Resource } of jobs) expect(JSON.stringify(Resource)).toContain('TrainApplication');
  });

  test('the environment of each stage holds only the bucket and its own settings', () => {
    const names = Object.fromEntries(
      Object.entries(template.findResources('AWS::Lambda::Function'))
        .filter(([id]) => !/^(Stream|AWS)/.test(id))
        .map(([id, { Properties }]) => [
          id.replace(/Function.*/, ''),
          Object.keys(Properties.Environment.Variables)
            .filter((name) => name !== 'NODE_OPTIONS')
            .sort(),
        ]),
    );
    expect(names).toEqual({
      Accumulate: [ENV.fieldMap, ENV.lakeBucket, ENV.partialAnswers, ENV.privacy],
      Threshold: [ENV.lakeBucket, ENV.model, ENV.threshold],
      Train: [ENV.lakeBucket, ENV.launch, ENV.usage],
      Render: [ENV.lakeBucket],
      Publish: [ENV.lakeBucket],
      Remember: [
        ENV.fieldMap,
        ENV.lakeBucket,
        ENV.partialAnswers,
        ENV.personSecret,
        ENV.privacy,
        ENV.recentDays,
        ENV.recentTable,
      ],
      Serve: [
        ENV.auth,
        ENV.catalogueMaxAgeSeconds,
        ENV.lakeBucket,
        ENV.personSecret,
        ENV.privacy,
        ENV.recentDays,
        ENV.recentTable,
      ],
      Collect: [ENV.auth, ENV.fieldMap, ENV.brokers, ENV.topic, ENV.privacy],
      Catalogue: [ENV.auth, ENV.lakeBucket],
      Erasures: [ENV.auth, ENV.lakeBucket, ENV.personSecret, ENV.privacy],
      Forget: [
        ENV.deadLetters,
        ENV.fieldMap,
        ENV.lakeBucket,
        ENV.logGroups,
        ENV.ownQueue,
        ENV.personSecret,
        ENV.privacy,
        ENV.recentDays,
        ENV.recentTable,
      ],
      Produce: [ENV.brokers, ENV.topic],
    });
  });

  test('no prefix has two writers', () => {
    const written = [...STAGES, ...REQUEST_STAGES].flatMap((stage) => prefixesOf(stage, 's3:PutObject'));
    expect(new Set(written).size).toBe(written.length);
  });

  test('no statement of a stage is for all resources or all actions, except for tracing and the results of queries', () => {
    for (const stage of [...STAGES, ...REQUEST_STAGES])
      for (const statement of statementsOf(stage)) {
        expect(actionsOf(statement), stage).not.toContain('*');
        if (!actionsOf(statement).every((action) => /^(xray:|logs:GetQueryResults$)/.test(action)))
          expect([statement.Resource].flat(), JSON.stringify(statement)).not.toContain('*');
      }
  });

  test('train may query the logs of the stages whose use it measures, and no other logs', () => {
    const statements = statementsOf('train').filter((statement) =>
      actionsOf(statement).some((action) => action.startsWith('logs:') && !/^logs:(Create|Put)/.test(action)),
    );
    const queried = statements
      .filter((statement) => actionsOf(statement).includes('logs:StartQuery'))
      .flatMap(
        ({ Resource }) => /"Fn::GetAtt":\["([A-Z][a-z]+)Logs/.exec(JSON.stringify(Resource))?.[1] ?? [],
      );
    const stages = [...STAGES, ...REQUEST_STAGES, 'forget'].map(
      (stage) => stage.charAt(0).toUpperCase() + stage.slice(1),
    );
    expect(queried.toSorted()).toEqual(stages.toSorted());
    expect(new Set(statements.flatMap(actionsOf))).toEqual(
      new Set(['logs:StartQuery', 'logs:GetQueryResults']),
    );
  });

  test('train may pass the role of the job only to EMR Serverless', () => {
    expect(
      statementsOf('train').filter((statement) => actionsOf(statement).includes('iam:PassRole')),
    ).toEqual([
      expect.objectContaining({
        Condition: { StringEquals: { 'iam:PassedToService': 'emr-serverless.amazonaws.com' } },
      }),
    ]);
  });
});

describe('the stream', () => {
  const mapping = resources('AWS::Lambda::EventSourceMapping').find(
    ({ Properties }) => Properties.Topics,
  )?.Properties;

  test('invariant 1: its mapping retries forever and has no failure destination', () => {
    expect(mapping).toMatchObject({ Topics: ['sales'], StartingPosition: 'TRIM_HORIZON', BatchSize: 10_000 });
    expect(mapping.MaximumRetryAttempts ?? -1).toBe(-1);
    expect(mapping.MaximumRecordAgeInSeconds ?? -1).toBe(-1);
    expect(mapping).not.toHaveProperty('DestinationConfig');
  });

  test('the pollers may read the topic, and may neither write nor create one', () => {
    const kafka = statementsOf('accumulate')
      .flatMap(actionsOf)
      .filter((action) => action.startsWith('kafka-cluster:'));
    expect(kafka.sort()).toEqual([
      'kafka-cluster:AlterGroup',
      'kafka-cluster:Connect',
      'kafka-cluster:DescribeClusterDynamicConfiguration',
      'kafka-cluster:DescribeGroup',
      'kafka-cluster:DescribeTopic',
      'kafka-cluster:ReadData',
    ]);
  });

  test('security groups admit only their own members, and there is no route to the internet', () => {
    for (const { Properties } of resources('AWS::EC2::SecurityGroupIngress'))
      expect(Properties).not.toHaveProperty('CidrIp');
    for (const { Properties } of resources('AWS::EC2::SecurityGroup'))
      expect(Properties.SecurityGroupIngress ?? []).toEqual([]);
    template.resourceCountIs('AWS::EC2::NatGateway', 0);
    template.resourceCountIs('AWS::EC2::InternetGateway', 0);
  });
});

describe('events', () => {
  test('invariant 5: every rule targets a queue and none a Lambda; every queue has a dead-letter queue', () => {
    const targets = resources('AWS::Events::Rule').flatMap(({ Properties }) => Properties.Targets);
    expect(targets.length).toBeGreaterThan(8);
    for (const { Arn } of targets) expect(Arn['Fn::GetAtt'][0]).toMatch(/EventsQueue/);
    const queues = resources('AWS::SQS::Queue');
    expect(queues.filter(({ Properties }) => Properties.RedrivePolicy)).toHaveLength(queues.length / 2);
  });

  test.each(['Threshold', 'Train', 'Render', 'Publish'])(
    '%s has a queue and a dead-letter queue of its own',
    (stage) => {
      const queues = Object.entries(template.findResources('AWS::SQS::Queue')).filter(([id]) =>
        id.startsWith(stage),
      );
      const main = queues.filter(([, { Properties }]) => Properties.RedrivePolicy);
      expect([queues.length, main.length]).toEqual([2, 1]);
      const [id = '', { Properties }] = main[0] ?? ['', { Properties: {} }];
      const [dead = ''] = queues.map(([other]) => other).filter((other) => other !== id);
      expect(Properties.RedrivePolicy).toEqual({
        deadLetterTargetArn: { 'Fn::GetAtt': [dead, 'Arn'] },
        maxReceiveCount: 5,
      });
      expect(template.findResources('AWS::SQS::Queue')[dead]?.Properties.MessageRetentionPeriod).toBe(
        14 * 86_400,
      );
      const mappings = resources('AWS::Lambda::EventSourceMapping').filter(
        ({ Properties: { EventSourceArn } }) => EventSourceArn['Fn::GetAtt'][0] === id,
      );
      expect(mappings.map(({ Properties: { FunctionName } }) => FunctionName.Ref)).toEqual([
        expect.stringMatching(new RegExp(`^${stage}Function`)),
      ]);
    },
  );

  test('queues are encrypted, and accept only TLS and only messages from the stack’s own rules', () => {
    for (const { Properties } of resources('AWS::SQS::Queue'))
      expect(Properties.SqsManagedSseEnabled).toBe(true);
    const policies = resources('AWS::SQS::QueuePolicy').map(
      ({ Properties }) => Properties.PolicyDocument.Statement,
    );
    expect(policies).toHaveLength(resources('AWS::SQS::Queue').length);
    const rules = Object.keys(template.findResources('AWS::Events::Rule'));
    for (const [denied, ...allowed] of policies) {
      expect(denied).toMatchObject({
        Effect: 'Deny',
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      });
      for (const { Principal, Condition } of allowed) {
        expect(Principal).toEqual({ Service: 'events.amazonaws.com' });
        expect(rules).toContain(Condition.ArnEquals['aws:SourceArn']['Fn::GetAtt'][0]);
      }
    }
  });

  test('a job of its own application that reaches a final state triggers train', () => {
    const patterns = resources('AWS::Events::Rule').map(({ Properties }) => Properties.EventPattern);
    expect(patterns.filter((pattern) => pattern?.source[0] === 'aws.emr-serverless')).toEqual([
      {
        source: ['aws.emr-serverless'],
        'detail-type': ['EMR Serverless Job Run State Change'],
        detail: {
          applicationId: [{ 'Fn::GetAtt': [expect.stringMatching(/^TrainApplication/), 'ApplicationId'] }],
          state: ['FAILED', 'CANCELLED', 'SUCCESS'],
        },
      },
    ]);
  });

  test('a sweep is a message in the queue', () => {
    const sweeps = resources('AWS::Events::Rule').filter(({ Properties }) => Properties.ScheduleExpression);
    for (const { Properties } of sweeps)
      expect(JSON.parse(Properties.Targets[0].Input)).toEqual({
        sweep: true,
        ...(Properties.ScheduleExpression === 'rate(1 day)' && { all: true }),
      });
  });

  test('threshold, whose sweep lists only batches after the last cut, gets a full sweep once a day', () => {
    const schedules = Object.entries(template.findResources('AWS::Events::Rule')).flatMap(
      ([id, { Properties }]) =>
        Properties.ScheduleExpression && id.startsWith('Threshold')
          ? [[Properties.ScheduleExpression, JSON.parse(Properties.Targets[0].Input)]]
          : [],
    );
    expect(schedules).toHaveLength(2);
    expect(Object.fromEntries(schedules)).toEqual({
      'rate(5 minutes)': { sweep: true },
      'rate(1 day)': { sweep: true, all: true },
    });
    template.hasResourceProperties('AWS::Lambda::Function', {
      MemorySize: 1024,
      Timeout: 300,
      Environment: { Variables: { [ENV.threshold]: Match.anyValue() } },
    });
    synthesize({ threshold: { fullSweepHours: 6 } }).hasResourceProperties('AWS::Events::Rule', {
      ScheduleExpression: 'rate(6 hours)',
    });
    expect(() => synthesize({ threshold: { fullSweepHours: 169 } })).toThrow(
      /cartograph\.threshold\.fullSweepHours/,
    );
  });

  test('at most two invocations process a queue at the same time, the minimum that AWS allows', () => {
    const queues = resources('AWS::Lambda::EventSourceMapping').filter(
      ({ Properties }) => !Properties.Topics,
    );
    expect(queues.map(({ Properties }) => Properties.ScalingConfig)).toEqual(
      Array.from({ length: 5 }, () => ({ MaximumConcurrency: 2 })),
    );
  });

  test('each rule on the bucket has one plain prefix, and each stage after the bucket has a sweep', () => {
    const rules = resources('AWS::Events::Rule').map(({ Properties }) => Properties);
    const prefixes = rules.flatMap(({ EventPattern }) => EventPattern?.detail?.object?.key ?? []);
    expect(prefixes.map(({ prefix }) => prefix).sort()).toEqual([
      'attempts/',
      'interactions/',
      'manifests/',
      'manifests/',
      'publications/',
      'receipts/',
      'tombstones/',
      'windows/',
    ]);
    for (const { EventPattern } of rules.filter((rule) => rule.EventPattern?.source[0] === 'aws.s3'))
      expect(EventPattern).toEqual({
        source: ['aws.s3'],
        'detail-type': ['Object Created'],
        detail: {
          bucket: { name: [{ Ref: expect.stringMatching(/^LakeBucket/) }] },
          object: { key: [{ prefix: expect.stringMatching(/^[a-z]+\/$/) }] },
        },
      });
    expect(rules.filter(({ ScheduleExpression }) => ScheduleExpression === 'rate(5 minutes)')).toHaveLength(
      5,
    );
  });

  test('the visibility timeout of a queue is six times the timeout of its Lambda, plus the time in which messages are gathered', () => {
    const timeouts = resources('AWS::Lambda::Function').map(({ Properties }) => Properties.Timeout);
    const mappings = Object.values(template.findResources('AWS::Lambda::EventSourceMapping'));
    const queues = Object.entries(template.findResources('AWS::SQS::Queue')).filter(
      ([, { Properties }]) => Properties.RedrivePolicy,
    );
    expect(queues.length).toBeGreaterThan(3);
    for (const [id, { Properties }] of queues) {
      const mapping = mappings.find(({ Properties: { EventSourceArn } }) =>
        isDeepStrictEqual(EventSourceArn, { 'Fn::GetAtt': [id, 'Arn'] }),
      );
      const gatherSeconds = mapping?.Properties.MaximumBatchingWindowInSeconds ?? 0;
      expect(timeouts).toContain((Properties.VisibilityTimeout - gatherSeconds) / 6);
    }
  });

  test('threshold decides once for the events of a minute, or for each event at once', () => {
    const gathering = (stack: Template) =>
      stack.findResources('AWS::Lambda::EventSourceMapping', {
        Properties: { MaximumBatchingWindowInSeconds: 60, BatchSize: 1000 },
      });
    const mappings = Object.entries(gathering(template)).filter(([id]) => id.startsWith('Threshold'));
    expect(mappings).toHaveLength(1);
    const atOnce = synthesize({ threshold: { gatherSeconds: 0 } }).findResources(
      'AWS::Lambda::EventSourceMapping',
    );
    const [, threshold] = Object.entries(atOnce).find(([id]) => id.startsWith('Threshold')) ?? [];
    expect(threshold?.Properties).toMatchObject({ BatchSize: 10 });
    expect(threshold?.Properties).not.toHaveProperty('MaximumBatchingWindowInSeconds');
  });
});

test('more than ten partitions cause a warning that names the command for their cost', () => {
  const warningsOf = (partitions: number) => {
    const app = new App({
      context: { cartograph: { stream: { partitions } }, 'aws:cdk:bundling-stacks': [] },
    });
    const config = readConfig(app.node);
    const stack = new RecommenderStack(app, 'Test', { config, jarPath: import.meta.filename });
    return Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('stream.partitions'));
  };
  expect(warningsOf(10)).toEqual([]);
  expect(warningsOf(11)).toMatchObject([
    { entry: { data: expect.stringContaining('npm run cost -- --partitions 11') } },
  ]);
});

describe('the cluster', () => {
  test('costs nothing while idle, and has a maximum capacity that driver and executors fit below', () => {
    template.hasResourceProperties('AWS::EMRServerless::Application', {
      InitialCapacity: Match.absent(),
      MaximumCapacity: { Cpu: '16 vCPU', Memory: '64 GB' },
      AutoStopConfiguration: { Enabled: true },
    });
    const launch = JSON.stringify(
      resources('AWS::Lambda::Function').find(({ Properties }) => Properties.Environment?.Variables?.LAUNCH)
        ?.Properties,
    );
    expect(launch).toContain('spark.executor.instances=3 ');
    expect(launch).toContain('spark.dynamicAllocation.maxExecutors=3');
  });

  test('the job gets its region, for the S3 client that writes the manifest, and the size of thread stacks', () => {
    const parts: unknown[] = resources('AWS::Lambda::Function').flatMap(
      ({ Properties }) => Properties.Environment?.Variables?.[ENV.launch]?.['Fn::Join'][1] ?? [],
    );
    const text = parts
      .map((part) => (typeof part === 'string' ? part : JSON.stringify(part).replaceAll('"', '')))
      .join('');
    for (const conf of [
      'spark.hadoop.fs.s3a.endpoint.region={Ref:AWS::Region}',
      'spark.emr-serverless.driverEnv.AWS_REGION={Ref:AWS::Region}',
      'spark.executorEnv.AWS_REGION={Ref:AWS::Region}',
      'spark.driver.extraJavaOptions=-Xss16m',
      'spark.executor.extraJavaOptions=-Xss16m',
    ])
      expect(text).toMatch(new RegExp(`--conf ${conf.replaceAll('.', '\\.')}[ "]`));
    // Only the ARN: what a request contains is stored, and shown to whoever may describe jobs.
    expect(text).toMatch(/--conf spark\.cartograph\.personSecret=\{Fn::GetAtt:\[PrivacySecret\w+,Id\]\}[ "]/);
  });

  test('the job may read the secret that its request names, and tombstones, which it may not write', () => {
    const secrets = jobStatements().filter(({ Action }) => Action === 'secretsmanager:GetSecretValue');
    expect(secrets.map(({ Resource }) => Resource)).toEqual([
      { 'Fn::GetAtt': [expect.stringMatching(/^PrivacySecret/), 'Id'] },
    ]);
    expect(prefixesIn(jobStatements(), 's3:GetObject')).toContain('tombstones/*');
    expect(prefixesIn(jobStatements(), 's3:PutObject')).not.toContain('tombstones/*');
  });

  test('threshold may list tombstones, and neither read nor write them', () => {
    const listed = statementsOf('threshold').flatMap(
      ({ Condition }) => Condition?.StringLike?.['s3:prefix'] ?? [],
    );
    expect(listed).toContain('tombstones/*');
    for (const action of ['s3:GetObject', 's3:PutObject'])
      expect(prefixesOf('threshold', action)).not.toContain('tombstones/*');
  });

  test('its role can be assumed only for jobs of this account', () => {
    const [role] = Object.entries(template.findResources('AWS::IAM::Role'))
      .filter(([id]) => id.includes('JobRole'))
      .map(([, { Properties }]) => Properties.AssumeRolePolicyDocument.Statement);
    expect(role).toEqual([
      {
        Effect: 'Allow',
        Action: 'sts:AssumeRole',
        Principal: { Service: 'emr-serverless.amazonaws.com' },
        Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
      },
    ]);
  });
});

describe('the size of a job', () => {
  const executors = (train: object): number => {
    const text = JSON.stringify(synthesize({ train }).findResources('AWS::Lambda::Function'));
    return Number(/maxExecutors=(\d+)/.exec(text)?.[1]);
  };

  test('driver and executors fit below the maximum of vCPUs and of memory, including its overhead', () => {
    expect(executors({ maximumVcpu: 8 })).toBe(1);
    expect(executors({ maximumVcpu: 15 })).toBe(2);
    expect(executors({ maximumVcpu: 400 })).toBe(3);
    expect(executors({ maximumVcpu: 400, maximumMemoryGb: 1400 })).toBe(99);
    expect(executors({ maximumMemoryGb: 28 })).toBe(1);
  });

  test('a maximum at which the job would wait forever is an error that names both keys', () => {
    for (const train of [{ maximumVcpu: 7 }, { maximumMemoryGb: 27 }])
      expect(() => executors(train)).toThrow(
        /cartograph\.train\.maximumVcpu: is \d+ and maximumMemoryGb is \d+, should be enough for .*: at least 8 and 28$/,
      );
  });
});

describe('configuration', () => {
  const problem = (config: unknown): string => {
    try {
      synthesize(config);
    } catch (error) {
      return String(error);
    }
    return 'no problem';
  };

  test('reaches the Lambdas', () => {
    const configured = JSON.stringify(
      synthesize({
        stream: { topic: 'orders' },
        fieldMap: { userId: 'who' },
        threshold: { threshold: 7 },
        model: { rank: 5 },
      } satisfies Partial<Record<keyof Config, unknown>>).toJSON(),
    );
    for (const part of [
      '"Topics":["orders"]',
      '{\\"userId\\":\\"who\\"}',
      '\\"threshold\\":7',
      '\\"rank\\":5',
    ])
      expect(configured).toContain(part);
  });

  test('can be given as text, as on the command line', () => {
    synthesize('{"stream":{"topic":"orders"}}').hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      Topics: ['orders'],
    });
    expect(problem('{topic')).toMatch(/Cannot configure the stack: cartograph is \{topic, should be JSON/);
    expect(problem('null')).toMatch(/Cannot configure the stack: cartograph: .*expected object/);
  });

  test('all problems are reported at once', () => {
    const text = problem({
      stream: { topic: 'a b' },
      sweepMinutes: 0,
      train: { attempts: 0, cores: 4 },
      fieldMap: { user: 'u' },
    });
    for (const key of ['stream.topic', 'sweepMinutes', 'train.attempts', 'train', 'fieldMap'])
      expect(text).toContain(`cartograph.${key}: `);
    expect(text).toContain('cores');
  });

  test('an unknown key or an invalid value is an error that names the key', () => {
    expect(problem({ treshold: {} })).toMatch(/cartograph: .*treshold/);
    expect(problem({ threshold: { threshold: 0 } })).toMatch(/cartograph\.threshold\.threshold: .*>=1/);
    expect(problem({ train: { architecture: 'RISC' } })).toMatch(
      /cartograph\.train\.architecture: .*"ARM64"\|"X86_64"/,
    );
  });

  test('a missing jar is an error that says how to build it', () => {
    const app = appWith();
    expect(
      () => new RecommenderStack(app, 'Test', { config: readConfig(app.node), jarPath: '/nowhere/job.jar' }),
    ).toThrow('/nowhere/job.jar is missing; build it with mvn -f spark/pom.xml package');
  });
});

test('two copies of the stack can be deployed side by side: only the cluster has a physical name', () => {
  const names = Object.values(
    template.toJSON().Resources as Record<string, { Type: string; Properties?: object }>,
  )
    .filter(({ Properties = {} }) =>
      [
        'AlarmName',
        'BucketName',
        'DashboardName',
        'FunctionName',
        'GroupName',
        'LogGroupName',
        'Name',
        'QueueName',
        'RoleName',
        'RuleName',
        'TopicName',
      ].some((name) => name in Properties && typeof Properties[name as keyof typeof Properties] === 'string'),
    )
    .map(({ Type }) => Type);
  expect(names.filter((type) => type !== 'AWS::EMRServerless::Application')).toEqual([]);
});

test('two clusters in one account have different, stable names', () => {
  const nameIn = (id: string): unknown => {
    const [cluster] = Object.values(
      Template.fromStack(stackWith({}, id)).findResources('AWS::MSK::ServerlessCluster'),
    );
    return cluster?.Properties.ClusterName;
  };
  expect(nameIn('One')).toMatch(/^[a-z0-9]{12}-sales$/);
  expect(nameIn('One')).toBe(nameIn('One'));
  expect(nameIn('One')).not.toBe(nameIn('Two'));
});

test('the template equals the committed snapshot', async () => {
  const text = JSON.stringify(template.toJSON(), undefined, 1)
    .replaceAll(/[0-9a-f]{64}/g, 'HASH')
    .replaceAll(import.meta.filename, 'JOB');
  await expect(`${text}\n`).toMatchFileSnapshot('../fixtures/recommender-stack.template.json');
});
