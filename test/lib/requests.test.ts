import { Match, type Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { ROUTES, type Route, routeKeyOf } from '../../lambdas/shared/contract/api/routes.ts';
import { ENV } from '../../lambdas/shared/platform/env.ts';
import { RECENT_TABLE } from '../../lambdas/shared/platform/recent-item.ts';
import { KINDS } from '../cloud/kinds.ts';
import { synthesize } from './synthesize.ts';

/** The HTTP API, the stages that answer its requests, and the table of recent sales. */

const template = synthesize();
const jwt = synthesize(KINDS.ServerlessJwt);
const encrypted = synthesize(KINDS.ProvisionedEncrypted);
const routes: readonly Route[] = Object.values(ROUTES);

const propertiesOf = (of: Template, type: string) =>
  Object.values(of.findResources(type)).map(({ Properties }) => Properties);

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: object;
}

/** The statements of the role of a stage, without those for its log group and for traces, which every role has. */
const statementsOf = (of: Template, stage: string): Statement[] =>
  Object.entries(of.findResources('AWS::IAM::Policy'))
    .filter(([id]) => id.startsWith(stage))
    .flatMap(([, { Properties }]): Statement[] => Properties.PolicyDocument.Statement)
    .filter(({ Action }) => !/"(logs|xray):/.test(JSON.stringify(Action)));
const actionsOf = (of: Template, stage: string): string[] =>
  [...new Set(statementsOf(of, stage).flatMap(({ Action }) => Action))].sort();
/** The keys of the bucket that a stage may use an action on, sorted. */
const keysOf = (stage: string, action: string): string[] =>
  statementsOf(template, stage)
    .filter(({ Action }) => [Action].flat().includes(action))
    .flatMap(({ Resource }) => [Resource].flat())
    .map((resource) => /"\/([^"]*)"/.exec(JSON.stringify(resource))?.[1] ?? '?')
    .sort();
const functionOf = (of: Template, stage: string) =>
  Object.entries(of.findResources('AWS::Lambda::Function')).find(([id]) =>
    id.startsWith(`${stage}Function`),
  )?.[1].Properties;

describe('the routes of the API', () => {
  const made = propertiesOf(template, 'AWS::ApiGatewayV2::Route');

  test('are those of the contract, and no other: there is no default route', () => {
    expect(made.map(({ RouteKey }) => RouteKey).sort()).toEqual(routes.map(routeKeyOf).sort());
  });

  test.each(routes.map(routeKeyOf))('%s requires a request that AWS credentials have signed', (key) => {
    expect(made.filter(({ RouteKey }) => RouteKey === key)).toEqual([
      expect.objectContaining({ AuthorizationType: 'AWS_IAM' }),
    ]);
  });

  test.each(routes)('with tokens, $method $path requires one with the scope $scope', (route) => {
    const [authorizer = ''] = Object.keys(jwt.findResources('AWS::ApiGatewayV2::Authorizer'));
    const [found, ...others] = propertiesOf(jwt, 'AWS::ApiGatewayV2::Route').filter(
      ({ RouteKey }) => RouteKey === routeKeyOf(route),
    );
    expect(others).toEqual([]);
    expect(found).toMatchObject({ AuthorizationType: 'JWT', AuthorizerId: { Ref: authorizer } });
    expect(found.AuthorizationScopes).toEqual(route.scope === null ? undefined : [route.scope]);
  });

  test.each(routes)('$method $path is answered by $stage', ({ method, path, stage }) => {
    const route = made.find(({ RouteKey }) => RouteKey === `${method} ${path}`);
    const id: string = route.Target['Fn::Join'][1][1].Ref;
    const integration = template.findResources('AWS::ApiGatewayV2::Integration')[id]?.Properties;
    const [fn] = integration.IntegrationUri['Fn::GetAtt'];
    expect(fn.toLowerCase()).toMatch(new RegExp(`^${stage}function`));
    expect(integration).toMatchObject({ IntegrationType: 'AWS_PROXY', PayloadFormatVersion: '2.0' });
  });

  test('with tokens and a shop, anybody may read its page, and nothing else', () => {
    const open = (of: Template) =>
      propertiesOf(of, 'AWS::ApiGatewayV2::Route')
        .filter(({ AuthorizationType }) => !['AWS_IAM', 'JWT'].includes(AuthorizationType))
        .map(({ RouteKey }) => RouteKey);
    expect(open(jwt)).toEqual(['GET /shop']);
    expect(open(template)).toEqual([]);
    expect(JSON.parse(functionOf(jwt, 'Serve').Environment.Variables[ENV.shopSignIn])).toEqual({
      issuer: 'https://login.example.com/',
      clientId: 'shop-page',
      scopes: ['cartograph/recommendations.read', 'cartograph/history.read', 'cartograph/sales.write'],
      userClaim: 'sub',
    });
    expect(functionOf(template, 'Serve').Environment.Variables).not.toHaveProperty(ENV.shopSignIn);
  });

  test('without sales through it, the API has no route for them', () => {
    const keys = propertiesOf(synthesize({ serve: { collect: false } }), 'AWS::ApiGatewayV2::Route').map(
      ({ RouteKey }) => RouteKey,
    );
    expect(keys).not.toContain('POST /v1/sales');
    expect(keys).toHaveLength(routes.length - 1);
  });
});

describe('the API', () => {
  test('accepts the tokens of one issuer, for the configured audience', () => {
    expect(propertiesOf(jwt, 'AWS::ApiGatewayV2::Authorizer')).toMatchObject([
      {
        AuthorizerType: 'JWT',
        IdentitySource: ['$request.header.Authorization'],
        JwtConfiguration: { Issuer: 'https://login.example.com/', Audience: ['shop'] },
      },
    ]);
    template.resourceCountIs('AWS::ApiGatewayV2::Authorizer', 0);
  });

  test('is throttled, as configured', () => {
    const limits = (of: Template) =>
      propertiesOf(of, 'AWS::ApiGatewayV2::Stage').map(({ DefaultRouteSettings }) => DefaultRouteSettings);
    expect(limits(template)).toEqual([{ ThrottlingRateLimit: 100, ThrottlingBurstLimit: 200 }]);
    expect(limits(jwt)).toEqual([{ ThrottlingRateLimit: 20, ThrottlingBurstLimit: 40 }]);
  });

  test('logs each request without its path, its caller and its token, because they name users', () => {
    const [stage] = propertiesOf(template, 'AWS::ApiGatewayV2::Stage');
    const format: Record<string, string> = JSON.parse(stage.AccessLogSettings.Format);
    expect(Object.values(format).sort()).toEqual([
      '$context.integrationLatency',
      '$context.requestId',
      '$context.requestTimeEpoch',
      '$context.responseLatency',
      '$context.responseLength',
      '$context.routeKey',
      '$context.status',
    ]);
    const group = stage.AccessLogSettings.DestinationArn['Fn::GetAtt'][0];
    expect(template.findResources('AWS::Logs::LogGroup')[group]?.Properties.RetentionInDays).toBe(90);
  });

  test('answers pages of other origins only if they are listed', () => {
    for (const { CorsConfiguration } of propertiesOf(template, 'AWS::ApiGatewayV2::Api'))
      expect(CorsConfiguration).toBeUndefined();
    const [{ CorsConfiguration: cors }] = propertiesOf(jwt, 'AWS::ApiGatewayV2::Api');
    expect(cors).toMatchObject({
      AllowOrigins: ['https://shop.example.com'],
      AllowMethods: [...new Set(routes.map(({ method }) => method))],
      AllowHeaders: ['authorization', 'content-type', 'idempotency-key', 'if-none-match'],
      ExposeHeaders: ['etag', 'location'],
    });
    expect(cors).not.toHaveProperty('AllowCredentials');
  });

  test('may invoke its four Lambdas, and nothing else may', () => {
    const permissions = propertiesOf(template, 'AWS::Lambda::Permission').filter(
      ({ Principal }) => Principal === 'apigateway.amazonaws.com',
    );
    const [api = ''] = Object.keys(template.findResources('AWS::ApiGatewayV2::Api'));
    expect(
      permissions.map(({ FunctionName }) => /^[A-Z][a-z]+/.exec(FunctionName['Fn::GetAtt'][0])?.[0]),
    ).toEqual(['Serve', 'Collect', 'Catalogue', 'Erasures']);
    for (const { SourceArn } of permissions) expect(JSON.stringify(SourceArn)).toContain(`{"Ref":"${api}"}`);
  });

  test('tells its Lambdas how callers sign in, and which claim names their user', () => {
    for (const stage of ['Serve', 'Collect', 'Catalogue', 'Erasures']) {
      expect(functionOf(template, stage).Environment.Variables).toMatchObject({ [ENV.auth]: 'iam' });
      expect(functionOf(template, stage).Environment.Variables).not.toHaveProperty(ENV.userClaim);
      expect(functionOf(jwt, stage).Environment.Variables).toMatchObject({
        [ENV.auth]: 'jwt',
        [ENV.userClaim]: 'sub',
      });
    }
    const serve = { ...KINDS.ServerlessJwt.serve, userClaim: false };
    expect(functionOf(synthesize({ serve }), 'Serve').Environment.Variables).not.toHaveProperty(
      ENV.userClaim,
    );
  });
});

describe('serve', () => {
  test('may read the pointer, manifests, files of runs by user, the catalogue and who is forgotten, and query the table', () => {
    expect(actionsOf(template, 'Serve')).toEqual([
      'dynamodb:Query',
      's3:GetObject',
      's3:ListBucket',
      'secretsmanager:GetSecretValue',
    ]);
    expect(keysOf('Serve', 's3:GetObject')).toEqual([
      'catalogue/*',
      'current.json',
      'manifests/*',
      'privacy.json',
      'runs/*/explorer/*',
      'runs/*/model/*',
      'tombstones/*',
    ]);
  });

  test('may read which users were forgotten, and neither the requests nor the receipts of erasures', () => {
    for (const stage of ['Serve', 'Remember']) {
      expect(keysOf(stage, 's3:GetObject')).toContain('tombstones/*');
      expect(JSON.stringify(statementsOf(template, stage))).not.toContain('erasures/');
    }
  });

  test('may write nothing, and may not use its keys for it', () => {
    for (const of of [template, jwt, encrypted])
      for (const action of actionsOf(of, 'Serve'))
        expect(action).not.toMatch(/Put|Write|Update|Delete|Create|Encrypt$|GenerateDataKey/);
  });

  test('has the configured memory, and answers before API Gateway gives up after 30 seconds', () => {
    expect(functionOf(template, 'Serve')).toMatchObject({ MemorySize: 1769, Timeout: 29 });
    expect(functionOf(jwt, 'Serve')).toMatchObject({ MemorySize: 3008 });
  });

  test('is outside the VPC, where S3 and DynamoDB can be reached', () => {
    for (const stage of ['Serve', 'Remember', 'Catalogue'])
      expect(functionOf(template, stage)).not.toHaveProperty('VpcConfig');
  });

  test('keeps instances started only if they are configured, and the API then calls those', () => {
    template.resourceCountIs('AWS::Lambda::Alias', 0);
    jwt.hasResourceProperties('AWS::Lambda::Alias', {
      Name: 'live',
      ProvisionedConcurrencyConfig: { ProvisionedConcurrentExecutions: 2 },
    });
    const [alias = ''] = Object.keys(jwt.findResources('AWS::Lambda::Alias'));
    const called = propertiesOf(jwt, 'AWS::ApiGatewayV2::Integration').map(
      ({ IntegrationUri }) => IntegrationUri,
    );
    expect(called).toContainEqual({ Ref: alias });
    jwt.hasResourceProperties('AWS::Lambda::Permission', { FunctionName: { Ref: alias } });
  });

  test('learns when its copy of the catalogue is too old', () => {
    const seconds = (of: Template) =>
      functionOf(of, 'Serve').Environment.Variables[ENV.catalogueMaxAgeSeconds];
    expect([seconds(template), seconds(jwt)]).toEqual(['60', '30']);
  });
});

describe('collect', () => {
  test('may put sales on one topic, and may do nothing else', () => {
    expect(actionsOf(template, 'Collect')).toEqual([
      'kafka-cluster:Connect',
      'kafka-cluster:DescribeTopic',
      'kafka-cluster:WriteData',
    ]);
    for (const { Action, Resource } of statementsOf(synthesize(KINDS.ExistingIam), 'Collect'))
      expect(Resource).toMatch(
        [Action].flat().includes('kafka-cluster:Connect')
          ? /:cluster\/shop\//
          : /:topic\/shop\/[^/]+\/sales$/,
      );
  });

  test('is in the network of the brokers, in the group whose members reach only each other', () => {
    const { VpcConfig } = functionOf(template, 'Collect');
    expect(VpcConfig.SecurityGroupIds).toEqual([
      { 'Fn::GetAtt': [expect.stringMatching(/^NetworkMembers/), 'GroupId'] },
    ]);
    expect(VpcConfig.SubnetIds).toHaveLength(2);
  });

  test('gets the names of the fields, so that accumulate reads what it sends', () => {
    const { Variables } = functionOf(synthesize({ fieldMap: { userId: 'who' } }), 'Collect').Environment;
    expect(JSON.parse(Variables[ENV.fieldMap])).toEqual({ userId: 'who' });
    expect(Variables[ENV.topic]).toBe('sales');
  });

  test('of a cluster that authenticates with a secret is refused, with the reason', () => {
    const scram = { ...KINDS.ExistingScram, serve: {} };
    expect(() => synthesize(scram)).toThrow(
      'cartograph.serve.collect: should be false with authentication "scram": collect signs in to Kafka with the role of its Lambda',
    );
  });
});

describe('remember', () => {
  const mappings = propertiesOf(template, 'AWS::Lambda::EventSourceMapping').filter(({ Topics }) => Topics);
  const [accumulate, remember] = mappings;

  test('reads the topic from its start, in small batches at once, with a consumer group of its own', () => {
    expect(mappings).toHaveLength(2);
    expect(remember).toMatchObject({
      FunctionName: { Ref: expect.stringMatching(/^RememberFunction/) },
      Topics: accumulate.Topics,
      StartingPosition: 'TRIM_HORIZON',
      BatchSize: 100,
      MaximumBatchingWindowInSeconds: 0,
    });
    const groups = mappings.map(({ AmazonManagedKafkaEventSourceConfig: { ConsumerGroupId } }) =>
      JSON.stringify(ConsumerGroupId),
    );
    expect(groups[1]).toContain('-remember');
    expect(groups[0]).not.toBe(groups[1]);
    const joined = statementsOf(template, 'Remember').find(({ Action }) =>
      [Action].flat().includes('kafka-cluster:AlterGroup'),
    );
    expect(JSON.stringify(joined?.Resource)).toContain('-remember');
  });

  test('invariant 1: its mapping retries forever and has no failure destination, in every kind with an API', () => {
    for (const config of Object.values(KINDS)) {
      const of = synthesize(config);
      const found = propertiesOf(of, 'AWS::Lambda::EventSourceMapping').filter(({ Topics }) => Topics);
      expect(found).toHaveLength('serve' in config && config.serve === false ? 1 : 2);
      for (const mapping of found)
        for (const bound of ['MaximumRetryAttempts', 'MaximumRecordAgeInSeconds', 'DestinationConfig'])
          expect(mapping).not.toHaveProperty(bound);
    }
  });

  test('shares provisioned pollers with accumulate, so that the second mapping costs no second unit', () => {
    const groups = propertiesOf(
      synthesize(KINDS.ServerlessProvisionedPollers),
      'AWS::Lambda::EventSourceMapping',
    ).flatMap(({ ProvisionedPollerConfig }) => ProvisionedPollerConfig?.PollerGroupName ?? []);
    expect(groups).toHaveLength(2);
    expect(groups[0]).toEqual(groups[1]);
  });

  test('may add items to the table, and may neither read nor delete any', () => {
    expect(actionsOf(template, 'Remember').filter((action) => action.startsWith('dynamodb:'))).toEqual([
      'dynamodb:BatchWriteItem',
      'dynamodb:PutItem',
    ]);
  });

  test('authenticates with the secret of the cluster, if that is how the cluster authenticates', () => {
    const of = synthesize(KINDS.ExistingScram);
    const found = propertiesOf(of, 'AWS::Lambda::EventSourceMapping').filter(({ Topics }) => Topics);
    for (const { SourceAccessConfigurations } of found)
      expect(SourceAccessConfigurations).toEqual([
        { Type: 'SASL_SCRAM_512_AUTH', URI: KINDS.ExistingScram.stream.secretArn },
      ]);
    expect(actionsOf(of, 'Remember')).toContain('secretsmanager:GetSecretValue');
  });
});

describe('the table of recent sales', () => {
  test('has the keys that the code writes, forgets by their time to live, and costs nothing while idle', () => {
    template.hasResourceProperties('AWS::DynamoDB::Table', {
      KeySchema: [
        { AttributeName: RECENT_TABLE.user, KeyType: 'HASH' },
        { AttributeName: RECENT_TABLE.address, KeyType: 'RANGE' },
      ],
      AttributeDefinitions: [
        { AttributeName: RECENT_TABLE.user, AttributeType: 'S' },
        { AttributeName: RECENT_TABLE.address, AttributeType: 'S' },
      ],
      TimeToLiveSpecification: { AttributeName: RECENT_TABLE.expires, Enabled: true },
      BillingMode: 'PAY_PER_REQUEST',
      TableName: Match.absent(),
    });
  });

  test('is kept or deleted like the bucket', () => {
    const table = (of: Template) => Object.values(of.findResources('AWS::DynamoDB::Table'))[0];
    expect(table(template)).toMatchObject({
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
    });
    expect(table(synthesize({ removalPolicy: 'destroy' }))?.DeletionPolicy).toBe('Delete');
    // CloudFormation could not delete the table of a first deployment that fails.
    expect(table(template)?.Properties).not.toHaveProperty('DeletionProtectionEnabled');
  });

  test('can be restored to any second, if that is configured', () => {
    template.hasResourceProperties('AWS::DynamoDB::Table', {
      PointInTimeRecoverySpecification: Match.absent(),
    });
    jwt.hasResourceProperties('AWS::DynamoDB::Table', {
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    });
  });

  test('is encrypted with your key, which serve and remember may use through DynamoDB only', () => {
    const { keyArn } = KINDS.ProvisionedEncrypted.encryption;
    encrypted.hasResourceProperties('AWS::DynamoDB::Table', {
      SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: keyArn },
    });
    const uses = (stage: string) =>
      statementsOf(encrypted, stage).filter(
        ({ Resource, Condition }) => Resource === keyArn && JSON.stringify(Condition).includes('"dynamodb."'),
      );
    expect(uses('Serve').map(({ Action }) => Action)).toEqual([['kms:Decrypt', 'kms:DescribeKey']]);
    expect(uses('Remember')).toHaveLength(1);
    expect(uses('Collect')).toEqual([]);
  });

  test('tells its readers and its writer how long a sale is remembered', () => {
    for (const stage of ['Serve', 'Remember'])
      expect(functionOf(jwt, stage).Environment.Variables[ENV.recentDays]).toBe('120');
    expect(() => synthesize({ remember: { days: 89 } })).toThrow(/cartograph\.remember\.days: .*>=90/);
  });
});

describe('the catalogue', () => {
  test('is read and added to by its stage, which may do nothing else', () => {
    expect(actionsOf(template, 'Catalogue')).toEqual(['s3:GetObject', 's3:ListBucket', 's3:PutObject']);
    for (const action of ['s3:GetObject', 's3:PutObject'])
      expect(keysOf('Catalogue', action)).toEqual(['catalogue/*']);
    const [listing] = statementsOf(template, 'Catalogue').filter(({ Action }) => Action === 's3:ListBucket');
    expect(listing?.Condition).toEqual({ StringLike: { 's3:prefix': ['catalogue/*'] } });
  });

  test('is listed by threshold, which may not read it, and read by the job', () => {
    expect(keysOf('Threshold', 's3:GetObject')).not.toContain('catalogue/*');
    expect(JSON.stringify(statementsOf(template, 'Threshold'))).toContain('catalogue/*');
    expect(keysOf('TrainJobRole', 's3:GetObject')).toContain('catalogue/*');
  });
});

describe('erasures', () => {
  test('may create requests and tombstones, and read these, the progress and the receipts; it may delete nothing', () => {
    expect(actionsOf(template, 'Erasures')).toEqual([
      's3:GetObject',
      's3:ListBucket',
      's3:PutObject',
      'secretsmanager:GetSecretValue',
    ]);
    expect(keysOf('Erasures', 's3:PutObject')).toEqual([
      'erasures/????????/request.json',
      'tombstones/????????.json',
    ]);
    expect(keysOf('Erasures', 's3:GetObject')).toEqual([
      'erasures/????????.json',
      'erasures/????????/request.json',
      'erasures/progress.json',
      'privacy.json',
      'tombstones/*',
    ]);
  });

  test('are started by tombstones: neither the API nor its functions can call forget', () => {
    const forget = /"ForgetFunction(?!Role)/;
    for (const type of ['AWS::ApiGatewayV2::Integration', 'AWS::Lambda::Permission', 'AWS::Lambda::Url'])
      expect(JSON.stringify(propertiesOf(template, type))).not.toMatch(forget);
    for (const stage of ['Serve', 'Collect', 'Catalogue', 'Erasures'])
      expect(JSON.stringify(statementsOf(template, stage))).not.toMatch(/"Forget/);
  });
});

describe('without an API', () => {
  const without = synthesize({ serve: false });

  test('there is no API, no table, no second reader of the topic, and no Lambda of its stages', () => {
    const types = Object.values(without.toJSON().Resources as Record<string, { Type: string }>).map(
      ({ Type }) => Type,
    );
    expect(types.filter((type) => /ApiGateway|DynamoDB/.test(type))).toEqual([]);
    for (const stage of ['Remember', 'Serve', 'Collect', 'Catalogue', 'Erasures', 'Api'])
      expect(
        Object.keys(without.toJSON().Resources).filter((id) => id.startsWith(stage)),
        stage,
      ).toEqual([]);
    expect(
      Object.keys(without.findOutputs('*')).filter((name) => /Api|Recent|serve|remember/.test(name)),
    ).toEqual([]);
  });
});
