import { Aws } from 'aws-cdk-lib';
import * as budgets from 'aws-cdk-lib/aws-budgets';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sns from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import { type Alarm, type AlarmsOf, alarmsOf } from './alarms.ts';
import { dashboardOf } from './dashboard.ts';

/** Where an alarm's section is; its name is the heading. */
export const RUNBOOK = 'docs/runbook.md';

/** What a person is told: alarms, one per way a stage fails, a dashboard by stage, and a budget. */
export class Operations extends Construct {
  readonly alarms: sns.Topic;
  readonly dashboard: cloudwatch.Dashboard;

  constructor(scope: Construct, id: string, of: AlarmsOf) {
    super(scope, id);
    const { alarmEmail, monthlyBudgetUsd } = of.config;
    this.alarms = this.topic(alarmEmail);
    const alarms = Object.entries(alarmsOf(this, of)).map(([name, alarm]) => this.alarm(name, alarm));
    this.dashboard = dashboardOf(this, of, alarms);
    if (monthlyBudgetUsd !== undefined) this.budget(monthlyBudgetUsd);
  }

  private topic(email: string | undefined): sns.Topic {
    const topic = new sns.Topic(this, 'Alarms', { displayName: 'Cartograph', enforceSSL: true });
    // A policy of its own takes the place of the default one, by which everything in the account may publish.
    for (const service of ['cloudwatch', 'budgets'])
      topic.addToResourcePolicy(
        new iam.PolicyStatement({
          principals: [new iam.ServicePrincipal(`${service}.amazonaws.com`)],
          actions: ['sns:Publish'],
          resources: [topic.topicArn],
          conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
        }),
      );
    if (email) topic.addSubscription(new EmailSubscription(email));
    acknowledge(this, {
      'Serverless-SNSRedrivePolicy':
        'A mail that cannot be delivered helps nobody in a queue; the alarm stays red in the console until its cause is gone.',
    });
    return topic;
  }

  private alarm(
    name: string,
    { what, metric, limit, isLow, periods, isMissingBad }: Alarm,
  ): cloudwatch.Alarm {
    const { LESS_THAN_THRESHOLD, GREATER_THAN_OR_EQUAL_TO_THRESHOLD } = cloudwatch.ComparisonOperator;
    const { BREACHING, NOT_BREACHING } = cloudwatch.TreatMissingData;
    const alarm = new cloudwatch.Alarm(this, name, {
      alarmDescription: `${name}: ${what}. What to do: ${RUNBOOK}#${name}`,
      metric,
      threshold: limit,
      comparisonOperator: isLow ? LESS_THAN_THRESHOLD : GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: periods,
      treatMissingData: isMissingBad ? BREACHING : NOT_BREACHING,
    });
    alarm.addAlarmAction(new SnsAction(this.alarms));
    alarm.addOkAction(new SnsAction(this.alarms));
    return alarm;
  }

  /**
   * Of the whole account: a budget of this stack alone would count nothing until somebody has made its tag one that
   * bills are split by, and would be silent until then.
   */
  private budget(amount: number): void {
    const subscribers = [{ subscriptionType: 'SNS', address: this.alarms.topicArn }];
    const warning = (notificationType: 'ACTUAL' | 'FORECASTED', threshold: number) => ({
      notification: { notificationType, comparisonOperator: 'GREATER_THAN', threshold },
      subscribers,
    });
    const budget = new budgets.CfnBudget(this, 'Budget', {
      budget: { budgetType: 'COST', timeUnit: 'MONTHLY', budgetLimit: { amount, unit: 'USD' } },
      notificationsWithSubscribers: [
        warning('ACTUAL', 80),
        warning('ACTUAL', 100),
        warning('FORECASTED', 100),
      ],
    });
    // It tries the topic when it is made.
    budget.node.addDependency(this.alarms);
  }
}
