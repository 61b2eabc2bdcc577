import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { type AlarmsOf, diskUsed, offsetLag, told, type Watched } from './alarms.ts';

const WIDTH = 24;
const DAY = Duration.days(1);
const { AVERAGE, MAXIMUM, SUM } = cloudwatch.Stats;

/** The pipeline by stage, from the topic to the readers; below it what costs. */
export function dashboardOf(
  scope: Construct,
  of: AlarmsOf,
  alarms: readonly cloudwatch.IAlarm[],
): cloudwatch.Dashboard {
  const dashboard = new cloudwatch.Dashboard(scope, 'Dashboard', { defaultInterval: Duration.days(3) });
  dashboard.addWidgets(
    new cloudwatch.AlarmStatusWidget({ title: 'Alarms', alarms: [...alarms], width: WIDTH, height: 5 }),
  );
  for (const [stage, text, widgets] of rows(of))
    dashboard.addWidgets(
      new cloudwatch.TextWidget({ markdown: `### ${stage}: ${text}`, width: WIDTH, height: 1 }),
      ...widgets,
    );
  return dashboard;
}

type Row = readonly [stage: string, text: string, widgets: readonly cloudwatch.IWidget[]];

function rows({ stream, stages }: AlarmsOf): readonly Row[] {
  const { accumulate, threshold, train, render, publish } = stages;
  const last = { statistic: MAXIMUM };
  return [
    [
      'accumulate',
      'sales on the topic become batches in the bucket',
      [
        graph('Sales stored and rejected', [
          told(accumulate, 'SalesStored'),
          told(accumulate, 'SalesRejected'),
        ]),
        graph('Records behind the end of the topic', [offsetLag(accumulate)]),
        health(accumulate),
      ],
    ],
    [
      'threshold',
      'enough new sales become a window',
      [
        graph('Waiting, and what would cut a window', [
          told(threshold, 'Waiting', last),
          told(threshold, 'Needed', last),
        ]),
        graph('The oldest has waited, seconds', [told(threshold, 'WaitedSeconds', last)]),
        health(threshold),
      ],
    ],
    [
      'train',
      'a window becomes a run',
      [
        graph('Jobs started, failed, given up', [
          told(train, 'Attempts'),
          told(train, 'AttemptsFailed'),
          told(train, 'GivenUp'),
        ]),
        graph('How long the served run took, seconds, and its conflicts', [
          told(publish, 'RunSeconds', last),
          told(publish, 'Conflicts', last),
        ]),
        health(train),
      ],
    ],
    [
      'publish',
      'a run becomes what readers see',
      [
        graph('NDCG@10 of the served run, beside popularity', [
          told(publish, 'QualityModel', last),
          told(publish, 'QualityPopularity', last),
        ]),
        graph('Age of the newest sale that is served, seconds', [told(publish, 'RunAgeSeconds', last)]),
        health(publish),
      ],
    ],
    [
      'render',
      'a run becomes charts',
      [graph('Runs rendered', [told(render, 'Rendered')]), duration(render), health(render)],
    ],
    [
      'cost',
      'what is paid by use, by day',
      [
        graph(
          'Lambda, milliseconds',
          Object.entries(stages).map(([label, { fn }]) =>
            fn.metricDuration({ statistic: SUM, period: DAY, label }),
          ),
        ),
        graph('Jobs started', [told(train, 'Attempts', { period: DAY })]),
        stream.brokers
          ? graph(
              'Disks of the brokers, %',
              Array.from({ length: stream.brokers.count }, (_, index) =>
                diskUsed(stream.brokers?.clusterName ?? '', index + 1),
              ),
            )
          : graph('Sales stored', [told(accumulate, 'SalesStored', { period: DAY })]),
      ],
    ],
  ];
}

const graph = (title: string, left: cloudwatch.IMetric[]): cloudwatch.GraphWidget =>
  new cloudwatch.GraphWidget({ title, left, width: WIDTH / 3, leftYAxis: { min: 0, showUnits: false } });

const duration = ({ fn }: Watched): cloudwatch.GraphWidget =>
  graph('Duration, milliseconds', [
    fn.metricDuration({ statistic: AVERAGE }),
    fn.metricDuration({ statistic: MAXIMUM }),
  ]);

const health = ({ fn, queue }: Watched): cloudwatch.GraphWidget =>
  graph('Calls, errors, throttles, messages put aside', [
    fn.metricInvocations(),
    fn.metricErrors(),
    fn.metricThrottles(),
    ...(queue ? [queue.deadLetters.metricApproximateNumberOfMessagesVisible()] : []),
  ]);
