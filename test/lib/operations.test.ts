import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { REQUEST_STAGES, STAGES } from '../../lambdas/shared/contract/stages.ts';
import { METRICS } from '../../lambdas/shared/platform/metrics.ts';
import { synthesize } from './synthesize.ts';

const template = synthesize({ alarmEmail: 'shop@example.com', monthlyBudgetUsd: 120 });
const plain = synthesize();
const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm')).map(
  ({ Properties }) => Properties,
);
const named = (name: string) =>
  alarms.find(({ AlarmDescription }) => AlarmDescription.startsWith(`${name}:`));
const names = alarms.map(({ AlarmDescription }) => String(AlarmDescription).split(':', 1)[0] ?? '');

describe('alarms', () => {
  test('each notifies the operator when it goes off and when it recovers', () => {
    const [topic = ''] = Object.keys(template.findResources('AWS::SNS::Topic'));
    for (const { AlarmActions, OKActions, ActionsEnabled } of alarms) {
      expect(AlarmActions).toEqual([{ Ref: topic }]);
      expect(OKActions).toEqual([{ Ref: topic }]);
      expect(ActionsEnabled).not.toBe(false);
    }
  });

  test.each([...STAGES, ...REQUEST_STAGES, 'forget'])(
    '%s has one each for errors, throttles and error lines',
    (stage) => {
      for (const way of ['errors', 'throttles', 'error-lines']) expect(names).toContain(`${stage}-${way}`);
    },
  );

  test.each([...STAGES.filter((stage) => stage !== 'accumulate'), 'forget'])(
    '%s has one each for dead letters, old messages and missing invocations',
    (stage) => {
      for (const way of ['dead-letters', 'oldest-message', 'asleep'])
        expect(names).toContain(`${stage}-${way}`);
      expect(named(`${stage}-asleep`)).toMatchObject({
        MetricName: 'Invocations',
        TreatMissingData: 'missing',
        ComparisonOperator: 'LessThanThreshold',
      });
    },
  );

  test('every dead-letter queue has an alarm', () => {
    const watched = alarms
      .filter(({ MetricName }) => MetricName === 'ApproximateNumberOfMessagesVisible')
      .map(({ Dimensions }) => Dimensions[0].Value['Fn::GetAtt'][0]);
    const dead = Object.entries(template.findResources('AWS::SQS::Queue'))
      .filter(([, { Properties }]) => !Properties.RedrivePolicy)
      .map(([id]) => id);
    expect(watched.sort()).toEqual(dead.sort());
  });

  test('the error lines in the log of each stage are counted', () => {
    const filters = Object.values(template.findResources('AWS::Logs::MetricFilter')).map(
      ({ Properties }) => Properties,
    );
    expect(filters.map(({ LogGroupName }) => LogGroupName.Ref.replace(/Logs.*/, '').toLowerCase())).toEqual([
      ...STAGES,
      ...REQUEST_STAGES,
      'forget',
    ]);
    for (const { FilterPattern, MetricTransformations } of filters) {
      expect(FilterPattern).toBe('{ $.level = "error" }');
      const [{ MetricName }] = MetricTransformations;
      expect(alarms.filter((alarm) => alarm.MetricName === MetricName)).toHaveLength(1);
    }
  });

  test('a window that waits for the budget raises an alarm, if there is a ceiling', () => {
    const descriptions = Object.values(
      synthesize({ budget: { monthlyTrainingUsd: 25 } }).findResources('AWS::CloudWatch::Alarm'),
    ).map(({ Properties }) => Properties);
    expect(
      descriptions.find(({ AlarmDescription }) => AlarmDescription.startsWith('train-over-budget:')),
    ).toMatchObject({ MetricName: 'WindowsOverBudget', Threshold: 1, EvaluationPeriods: 1 });
    expect(names).not.toContain('train-over-budget');
  });

  test('the dashboard prices the Lambda of every stage, without exponents, which expressions do not know', () => {
    const body = JSON.stringify(plain.findResources('AWS::CloudWatch::Dashboard'));
    const prices = [...body.matchAll(/(\w+)Ms \* ([^ ]+) \+ \1Requests \* ([^ "\\]+)/g)];
    expect(prices.map(([, stage]) => stage).toSorted()).toEqual(
      [...STAGES, ...REQUEST_STAGES, 'forget'].toSorted(),
    );
    for (const [, stage, perMs, perRequest] of prices) {
      expect(perRequest).toBe('0.0000002');
      expect(perMs, stage).toMatch(/^0\.0000000\d+$/);
    }
    // 512 MB are half a GB, and a millisecond is a thousandth of a second, at 0.0000133334.
    expect(prices.find(([, stage]) => stage === 'train')?.[2]).toBe('0.0000000066667');
  });

  test('the stream has alarms for lag, for silence and, on a provisioned cluster, for full disks', () => {
    expect(named('accumulate-lag')).toMatchObject({ MetricName: 'OffsetLag', Threshold: 100_000 });
    expect(named('accumulate-silent')).toMatchObject({
      MetricName: 'SalesStored',
      Period: 3600,
      EvaluationPeriods: 24,
      TreatMissingData: 'missing',
    });
    expect(names).not.toContain('stream-disk');
    const disks = Object.values(
      synthesize({ stream: { kind: 'provisioned' } }).findResources('AWS::CloudWatch::Alarm'),
    ).find(({ Properties }) => Properties.AlarmDescription.startsWith('stream-disk'));
    expect(disks?.Properties.Metrics.map(({ Id }: { Id: string }) => Id)).toEqual([
      'expr_1',
      'broker1',
      'broker2',
    ]);
  });

  test('a stack that never stored a sale raises an alarm after hours of sweeps, and none when it is created', () => {
    const alarm = (config: object) =>
      Object.values(synthesize(config).findResources('AWS::CloudWatch::Alarm'))
        .map(({ Properties }) => Properties)
        .find(({ AlarmDescription }) => AlarmDescription.startsWith('accumulate-nothing-stored:'));
    const [threshold = ''] = Object.keys(template.findResources('AWS::Lambda::Function')).filter((id) =>
      id.startsWith('Threshold'),
    );
    expect(named('accumulate-nothing-stored')).toMatchObject({
      ...{ MetricName: 'NothingStored', Statistic: 'Maximum', Threshold: 1 },
      Dimensions: [{ Name: 'FunctionName', Value: { Ref: threshold } }],
      ...{ Period: 3600, EvaluationPeriods: 24 },
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'notBreaching',
    });
    // Each period contains a sweep, also a late one: a period without data would prevent the alarm.
    expect(alarm({ silentAfterHours: 3 })).toMatchObject({ Period: 3600, EvaluationPeriods: 3 });
    expect(alarm({ silentAfterHours: 3, sweepMinutes: 60 })).toMatchObject({
      ...{ Period: 7200, EvaluationPeriods: 2 },
    });
    expect(alarm({ sweepMinutes: 1440 })).toMatchObject({ Period: 86_400, EvaluationPeriods: 1 });
  });

  test('missing data are reported when they begin, not when the stack is created and nobody has confirmed the email', () => {
    const [topic = ''] = Object.keys(template.findResources('AWS::SNS::Topic'));
    // A new alarm whose missing data are a breach goes off at once.
    expect(alarms.filter(({ TreatMissingData }) => TreatMissingData === 'breaching')).toEqual([]);
    const reporting = alarms.filter(({ TreatMissingData }) => TreatMissingData === 'missing');
    expect(reporting).toHaveLength(6);
    for (const { InsufficientDataActions } of reporting)
      expect(InsufficientDataActions).toEqual([{ Ref: topic }]);
  });

  test('faults of provisioned pollers, which no invocation reports, raise an alarm within minutes', () => {
    const template = synthesize({ stream: { pollers: 'provisioned' } });
    const named = (name: string) =>
      Object.values(template.findResources('AWS::CloudWatch::Alarm'))
        .map(({ Properties }) => Properties)
        .find(({ AlarmDescription }) => AlarmDescription.startsWith(`${name}:`));
    const [mapping = '', remembering] = Object.entries(
      template.findResources('AWS::Lambda::EventSourceMapping'),
    )
      .filter(([, { Properties }]) => Properties.Topics)
      .map(([id]) => id);
    expect(JSON.stringify(named('remember-pollers')?.Metrics)).toContain(`{"Ref":"${remembering}"}`);
    expect(template.findResources('AWS::Lambda::EventSourceMapping')[mapping]?.Properties).toMatchObject({
      MetricsConfig: { Metrics: ['ErrorCount', 'KafkaMetrics'] },
    });
    const alarm = named('accumulate-pollers');
    expect(alarm).toMatchObject({ Threshold: 1, EvaluationPeriods: 3, TreatMissingData: 'notBreaching' });
    const [expression, ...metrics] = alarm?.Metrics ?? [];
    expect(expression.Expression).toBe('SUM([FILL(fault0, 0),FILL(fault1, 0),FILL(fault2, 0)])');
    expect(metrics.map(({ MetricStat }: { MetricStat: object }) => MetricStat)).toEqual(
      ['PollingErrorCount', 'InvokeErrorCount', 'CommitErrorCount'].map((MetricName) => ({
        Metric: {
          Namespace: 'AWS/Lambda',
          MetricName,
          Dimensions: [{ Name: 'EventSourceMappingUUID', Value: { Ref: mapping } }],
        },
        Period: 300,
        Stat: 'Sum',
      })),
    );
  });

  test('rejected records raise an alarm by their hourly share, unless there are only a few', () => {
    const rejected = named('accumulate-rejected');
    expect(rejected).toMatchObject({
      Threshold: 1,
      EvaluationPeriods: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'notBreaching',
    });
    expect(rejected?.Metrics).toMatchObject([
      { Expression: 'IF(rejected >= 10, 100 * rejected / (stored + rejected), 0)' },
      { Id: 'stored', MetricStat: { Metric: { MetricName: 'SalesStored' }, Period: 3600, Stat: 'Sum' } },
      { Id: 'rejected', MetricStat: { Metric: { MetricName: 'SalesRejected' }, Period: 3600, Stat: 'Sum' } },
    ]);
  });

  test('a single sale that looks personal raises an alarm, which says what became of it', () => {
    const alarm = named('accumulate-looks-personal');
    expect(alarm).toMatchObject({
      ...{ MetricName: 'LooksPersonal', Statistic: 'Sum', Period: 3600, Threshold: 1, EvaluationPeriods: 1 },
      TreatMissingData: 'notBreaching',
      AlarmDescription: expect.stringContaining('sales are stored although'),
    });
    synthesize({ privacy: { refusePersonal: true } }).hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'LooksPersonal',
      AlarmDescription: Match.stringLikeRegexp('sales were rejected because'),
    });
  });

  test('the readers of the topic have limits on waiting records that follow from the size of their batches', () => {
    expect(named('accumulate-lag')?.Threshold).toBe(10 * 10_000);
    expect(named('remember-lag')?.Threshold).toBe(10 * 100);
  });

  test('a served run whose newest sale is older than half of the time that sales are remembered raises an alarm', () => {
    expect(named('remember-run-age')).toMatchObject({
      MetricName: 'RunAgeSeconds',
      Statistic: 'Maximum',
      Threshold: 45 * 86_400,
    });
    const longer = synthesize({ remember: { days: 365 } });
    longer.hasResourceProperties('AWS::CloudWatch::Alarm', { Threshold: (365 * 86_400) / 2 });
  });

  test('answers that fail, are late or lack a source, and sales that are not sent, raise alarms', () => {
    expect(named('serve-failures')).toMatchObject({ Namespace: 'AWS/ApiGateway', MetricName: '5xx' });
    expect(named('serve-slow')).toMatchObject({
      MetricName: 'Latency',
      ExtendedStatistic: 'p99',
      Threshold: 2000,
    });
    for (const [name, MetricName] of Object.entries({
      'serve-without-recent': 'AnswersWithoutRecent',
      'serve-without-history': 'AnswersWithoutHistory',
      'serve-without-catalogue': 'RequestsWithoutCatalogue',
      'collect-not-sent': 'SalesNotSent',
    }))
      expect(named(name)).toMatchObject({ MetricName, Statistic: 'Sum', Threshold: 1 });
    expect(named('remember-table')?.Metrics).toMatchObject([
      { Expression: 'FILL(reads, 0) + FILL(writes, 0)' },
      { MetricStat: { Metric: { MetricName: 'ReadThrottleEvents' } } },
      { MetricStat: { Metric: { MetricName: 'WriteThrottleEvents' } } },
    ]);
  });

  test('without an API, or without sales through it, there are no alarms and no rows of its stages', () => {
    const namesOf = (config: object): string[] =>
      Object.values(synthesize(config).findResources('AWS::CloudWatch::Alarm')).map(({ Properties }) =>
        String(Properties.AlarmDescription),
      );
    expect(
      namesOf({ serve: false }).filter((name) => /^(remember|serve|collect|catalogue)-/.test(name)),
    ).toEqual([]);
    const withoutCollect = namesOf({ serve: { collect: false } });
    expect(withoutCollect.filter((name) => name.startsWith('collect-'))).toEqual([]);
    expect(withoutCollect.length).toBe(names.length - 4);
  });

  test('conflicting records raise an alarm as long as the run that read them is served', () => {
    expect(named('train-conflicts')).toMatchObject({
      MetricName: 'Conflicts',
      Statistic: 'Maximum',
      Threshold: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'notBreaching',
    });
  });

  test('sales of types without a weight raise an alarm from one in a hundred on', () => {
    expect(named('train-unknown-types')).toMatchObject({
      MetricName: 'UnknownTypePercent',
      Statistic: 'Maximum',
      Threshold: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    });
  });

  test('sales dated long after all others raise an alarm until a window without any is served', () => {
    expect(named('train-after-now')).toMatchObject({
      MetricName: 'SalesAfterNow',
      Statistic: 'Maximum',
      Threshold: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'notBreaching',
    });
  });

  test('the limits on progress follow from the configured wait, attempts, deadline and sweeps', () => {
    // The limit is 24 h + 3 × 60 min + 3 × 5 min.
    expect(named('threshold-overdue')?.Threshold).toBe(86_400 + 10_800 + 900);
    expect(named('publish-stale')?.Threshold).toBe(86_400 + 10_800 + 900 + 10_800 + 3600);
    const faster = synthesize({
      threshold: { maxWaitSeconds: 600 },
      train: { attempts: 1, deadlineMinutes: 10 },
    });
    faster.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'WaitedSeconds',
      Threshold: 600 + 600 + 900,
    });
  });

  test('have periods that CloudWatch accepts: whole minutes, up to a day in total, or a week if they are hours', () => {
    for (const config of [{}, { sweepMinutes: 1 }, { sweepMinutes: 1440 }])
      for (const { Properties } of Object.values(
        synthesize(config).findResources('AWS::CloudWatch::Alarm'),
      )) {
        const { Period = 300, EvaluationPeriods } = Properties;
        expect(Period % 60).toBe(0);
        expect(Period).toBeLessThanOrEqual(86_400);
        expect(Period * EvaluationPeriods).toBeLessThanOrEqual(Period >= 3600 ? 7 * 86_400 : 86_400);
      }
  });

  test('each metric in an alarm or on the dashboard is published by a stage', () => {
    const published = alarms
      .filter(({ Namespace }) => Namespace === 'Cartograph')
      .map((alarm) => alarm.MetricName);
    for (const name of published.filter((metric) => !metric.endsWith('-ErrorLines')))
      expect(Object.keys(METRICS)).toContain(name);
    const [dashboard] = Object.values(template.findResources('AWS::CloudWatch::Dashboard'));
    const body = JSON.stringify(dashboard?.Properties.DashboardBody);
    for (const name of Object.keys(METRICS).filter(
      (metric) => !['WindowsCut', 'RunsPublished'].includes(metric),
    ))
      expect(body).toContain(name);
    for (const stage of [...STAGES, ...REQUEST_STAGES, 'forget']) expect(body).toContain(`### ${stage}: `);
  });
});

describe('the topic of the alarms', () => {
  test('accepts messages only from alarms and budgets of this account, and only over TLS', () => {
    const [policy] = Object.values(template.findResources('AWS::SNS::TopicPolicy'));
    const statements: { Effect: string; Principal: unknown; Condition: object }[] =
      policy?.Properties.PolicyDocument.Statement;
    const allowed = statements.filter(({ Effect }) => Effect === 'Allow');
    expect(allowed.map(({ Principal }) => Principal)).toEqual([
      { Service: 'cloudwatch.amazonaws.com' },
      { Service: 'budgets.amazonaws.com' },
    ]);
    for (const { Condition } of allowed)
      expect(Condition).toEqual({ StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } });
    expect(statements.filter(({ Effect }) => Effect === 'Deny')).toEqual([
      expect.objectContaining({ Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
    ]);
  });

  test('sends email if an address is configured', () => {
    template.hasResourceProperties('AWS::SNS::Subscription', {
      Protocol: 'email',
      Endpoint: 'shop@example.com',
    });
    plain.resourceCountIs('AWS::SNS::Subscription', 0);
  });
});

test('a budget exists if one is configured, and warns before it is used up', () => {
  const [budget] = Object.values(template.findResources('AWS::Budgets::Budget'));
  expect(budget?.Properties.Budget).toEqual({
    BudgetType: 'COST',
    TimeUnit: 'MONTHLY',
    BudgetLimit: { Amount: 120, Unit: 'USD' },
  });
  expect(
    budget?.Properties.NotificationsWithSubscribers.map(
      ({ Notification }: { Notification: { NotificationType: string; Threshold: number } }) =>
        `${Notification.NotificationType} ${Notification.Threshold}`,
    ),
  ).toEqual(['ACTUAL 80', 'ACTUAL 100', 'FORECASTED 100']);
  plain.resourceCountIs('AWS::Budgets::Budget', 0);
});
