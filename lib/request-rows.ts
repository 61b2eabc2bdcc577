import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { MonitoredRequests } from './alarm.ts';
import { FIVE_MINUTES, stageMetric, tableThrottles } from './watched-metrics.ts';
import { duration, graph, health, type Row, reading } from './widgets.ts';

/** The rows of the stages that answer requests. */
export function requestRows(requests: MonitoredRequests): readonly Row[] {
  const { remember, serve, collect, catalogue, erasures } = requests.stages;
  return [
    [
      'remember',
      'stores recent sales by user',
      [
        graph('Sales stored and ignored, partitions that failed, throttled requests to the table', [
          stageMetric(remember, 'SalesRemembered'),
          stageMetric(remember, 'SalesIgnored'),
          stageMetric(remember, 'RememberFailures'),
          ...tableThrottles(requests.table),
        ]),
        reading(remember, requests.pollers),
        health(remember),
      ],
    ],
    [
      'serve',
      'answers requests for lists',
      [
        graph('Requests to the API, by outcome; answers and requests without one of their sources', [
          requests.http.metricCount({ statistic: cloudwatch.Stats.SUM, period: FIVE_MINUTES }),
          requests.http.metricClientError({ period: FIVE_MINUTES }),
          requests.http.metricServerError({ period: FIVE_MINUTES }),
          stageMetric(serve, 'AnswersWithoutRecent'),
          stageMetric(serve, 'AnswersWithoutHistory'),
          stageMetric(serve, 'RequestsWithoutCatalogue'),
        ]),
        graph('Latency of the API, milliseconds', [
          latency(requests, cloudwatch.Stats.p(50)),
          latency(requests, cloudwatch.Stats.p(99)),
        ]),
        health(serve),
      ],
    ],
    ...(collect ? [collectRow(collect)] : []),
    [
      'catalogue',
      'stores attributes of products',
      [
        graph('Products stored', [stageMetric(catalogue, 'ProductsStored')]),
        duration(catalogue),
        health(catalogue),
      ],
    ],
    [
      'erasures',
      'takes requests to forget users, and shows the receipts',
      [duration(erasures), health(erasures)],
    ],
  ];
}

const collectRow = (collect: NonNullable<MonitoredRequests['stages']['collect']>): Row => [
  'collect',
  'puts the sales of requests on the topic',
  [
    graph('Sales accepted, refused, and not sent', [
      stageMetric(collect, 'SalesAccepted'),
      stageMetric(collect, 'SalesRefused'),
      stageMetric(collect, 'SalesNotSent'),
    ]),
    duration(collect),
    health(collect),
  ],
];

const latency = ({ http }: MonitoredRequests, statistic: string): cloudwatch.Metric =>
  http.metricLatency({ statistic, period: FIVE_MINUTES });
