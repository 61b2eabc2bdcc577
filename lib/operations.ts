import { Aws } from 'aws-cdk-lib';
import * as budgets from 'aws-cdk-lib/aws-budgets';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sns from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import type { Alarm, MonitoredPipeline } from './alarm.ts';
import { alarmsOf } from './alarms.ts';
import { createDashboard } from './dashboard.ts';

/** The page that has one section per alarm; the heading is the alarm's name. */
export const RUNBOOK = 'docs/runbook.md';

/** Monitoring for the operator: one alarm per way in which a stage fails, a dashboard by stage, and an optional budget. */
export class Operations extends Construct {
  readonly alarms: sns.Topic;
  readonly dashboard: cloudwatch.Dashboard;

  constructor(scope: Construct, id: string, pipeline: MonitoredPipeline) {
    super(scope, id);
    const { alarmEmail, monthlyBudgetUsd } = pipeline.config;
    this.alarms = this.topic(alarmEmail);
    const alarms = Object.entries(alarmsOf(this, pipeline)).map(([name, alarm]) => this.alarm(name, alarm));
    this.dashboard = createDashboard(this, pipeline, alarms);
    if (monthlyBudgetUsd !== undefined) this.budget(monthlyBudgetUsd);
  }

  private topic(email: string | undefined): sns.Topic {
    const topic = new sns.Topic(this, 'Alarms', { displayName: 'Cartograph', enforceSSL: true });
    // An explicit policy replaces the default one, which lets everything in the account publish.
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
        'An email that cannot be delivered is of no use in a queue; the console shows the alarm until its cause is gone.',
    });
    return topic;
  }

  private alarm(
    name: string,
    { meaning, metric, limit, isLowerLimit, periods, reportsMissingData }: Alarm,
  ): cloudwatch.Alarm {
    const { LESS_THAN_THRESHOLD, GREATER_THAN_OR_EQUAL_TO_THRESHOLD } = cloudwatch.ComparisonOperator;
    const { MISSING, NOT_BREACHING } = cloudwatch.TreatMissingData;
    const alarm = new cloudwatch.Alarm(this, name, {
      alarmDescription: `${name}: ${meaning}. What to do: ${RUNBOOK}#${name}`,
      metric,
      threshold: limit,
      comparisonOperator: isLowerLimit ? LESS_THAN_THRESHOLD : GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: periods,
      // https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
      treatMissingData: reportsMissingData ? MISSING : NOT_BREACHING,
    });
    // If missing data were a breach, these alarms would go off when the stack is created, before the email is confirmed.
    if (reportsMissingData) alarm.addInsufficientDataAction(new SnsAction(this.alarms));
    alarm.addAlarmAction(new SnsAction(this.alarms));
    alarm.addOkAction(new SnsAction(this.alarms));
    return alarm;
  }

  /**
   * The budget covers the whole account. A budget for this stack alone would count nothing, and so never warn, until the
   * stack's tag is activated as a cost allocation tag.
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
    // Creating the budget sends a test message, so the policy of the topic must exist before it.
    budget.node.addDependency(this.alarms);
  }
}
