import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { MonitoredPipeline } from './alarm.ts';
import { usdByStage } from './cost-widgets.ts';
import { requestRows } from './request-rows.ts';
import { diskUsed, stageMetric } from './watched-metrics.ts';
import { duration, graph, health, type Row, reading, WIDTH } from './widgets.ts';

const DAY = Duration.days(1);
const { MAXIMUM } = cloudwatch.Stats;

/** Creates the dashboard: the alarms, then a row per stage in pipeline order, then a row for what they cost. */
export function createDashboard(
  scope: Construct,
  pipeline: MonitoredPipeline,
  alarms: readonly cloudwatch.IAlarm[],
): cloudwatch.Dashboard {
  const dashboard = new cloudwatch.Dashboard(scope, 'Dashboard', { defaultInterval: Duration.days(3) });
  dashboard.addWidgets(
    new cloudwatch.AlarmStatusWidget({ title: 'Alarms', alarms: [...alarms], width: WIDTH, height: 5 }),
  );
  for (const [stage, text, widgets] of rows(pipeline))
    dashboard.addWidgets(
      new cloudwatch.TextWidget({ markdown: `### ${stage}: ${text}`, width: WIDTH, height: 1 }),
      ...widgets,
    );
  return dashboard;
}

function rows({ stream, pollers, stages, requests, forget }: MonitoredPipeline): readonly Row[] {
  const { accumulate, threshold, train, render, publish } = stages;
  const maximum = { statistic: MAXIMUM };
  return [
    [
      'accumulate',
      'stores sales from the topic as batches in the bucket',
      [
        graph('Sales stored, rejected and looking personal, and fields left out', [
          stageMetric(accumulate, 'SalesStored'),
          stageMetric(accumulate, 'SalesRejected'),
          stageMetric(accumulate, 'FieldsLeftOut'),
          stageMetric(accumulate, 'LooksPersonal'),
        ]),
        reading(accumulate, pollers),
        health(accumulate),
      ],
    ],
    [
      'threshold',
      'cuts a window when there are enough new sales',
      [
        graph('Sales waiting, sales needed for a window, and 1 while no sale was ever stored', [
          stageMetric(threshold, 'Waiting', maximum),
          stageMetric(threshold, 'Needed', maximum),
          stageMetric(threshold, 'NothingStored', maximum),
        ]),
        graph('Waiting time of the oldest sale, seconds', [stageMetric(threshold, 'WaitedSeconds', maximum)]),
        health(threshold),
      ],
    ],
    [
      'train',
      'trains a run on each window',
      [
        graph('Jobs started and failed, windows given up', [
          stageMetric(train, 'Attempts'),
          stageMetric(train, 'AttemptsFailed'),
          stageMetric(train, 'GivenUp'),
        ]),
        graph(
          'Served run: training time, seconds. Newest run: conflicts, sales after now, and sales of unknown types, %',
          [
            stageMetric(publish, 'RunSeconds', maximum),
            stageMetric(publish, 'Conflicts', maximum),
            stageMetric(publish, 'UnknownTypePercent', maximum),
            stageMetric(publish, 'SalesAfterNow', maximum),
          ],
        ),
        health(train),
      ],
    ],
    [
      'publish',
      'decides which run readers see',
      [
        graph('NDCG@10 of the served run and of the popularity baseline', [
          stageMetric(publish, 'QualityModel', maximum),
          stageMetric(publish, 'QualityPopularity', maximum),
        ]),
        graph('Age of the newest sale in the served run, seconds', [
          stageMetric(publish, 'RunAgeSeconds', maximum),
        ]),
        health(publish),
      ],
    ],
    [
      'render',
      'draws the charts of each run',
      [graph('Runs rendered', [stageMetric(render, 'Rendered')]), duration(render), health(render)],
    ],
    ...(requests ? requestRows(requests) : []),
    [
      'forget',
      'removes users from everything that is stored',
      [
        graph('Objects changed and deleted, and those in which the search still found a user', [
          stageMetric(forget, 'ObjectsErased'),
          stageMetric(forget, 'UsersFound'),
        ]),
        graph('Age of the oldest erasure that is not finished, seconds', [
          stageMetric(forget, 'ErasureAgeSeconds', maximum),
        ]),
        health(forget),
      ],
    ],
    [
      'cost',
      'what the stages cost, per day',
      [
        usdByStage({ ...stages, ...requests?.stages, forget }, train),
        graph('Jobs started, and windows that wait for the next month', [
          stageMetric(train, 'Attempts', { period: DAY }),
          stageMetric(train, 'WindowsOverBudget', { ...maximum, period: DAY }),
        ]),
        stream.brokers
          ? graph(
              'Disks of the brokers, %',
              Array.from({ length: stream.brokers.count }, (_, index) =>
                diskUsed(stream.brokers?.clusterName ?? '', index + 1),
              ),
            )
          : graph('Sales stored', [stageMetric(accumulate, 'SalesStored', { period: DAY })]),
      ],
    ],
  ];
}
