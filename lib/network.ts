import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';

/**
 * Where the brokers live: private subnets without a way out, and the endpoints that Lambda's Kafka pollers need.
 *
 * https://docs.aws.amazon.com/lambda/latest/dg/with-msk-cluster-network.html
 */
export class Network extends Construct {
  readonly vpc: ec2.Vpc;
  /** Members may talk to each other, to nobody else. */
  readonly members: ec2.SecurityGroup;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.vpc = new ec2.Vpc(this, 'Vpc', {
      maxAzs: 2,
      natGateways: 0,
      restrictDefaultSecurityGroup: false,
      subnetConfiguration: [{ name: 'brokers', subnetType: ec2.SubnetType.PRIVATE_ISOLATED }],
      gatewayEndpoints: { s3: { service: ec2.GatewayVpcEndpointAwsService.S3 } },
    });
    this.members = new ec2.SecurityGroup(this, 'Members', {
      vpc: this.vpc,
      description: 'Brokers, pollers and their endpoints',
      allowAllOutbound: false,
    });
    this.members.addIngressRule(this.members, ec2.Port.allTcp());
    this.members.addEgressRule(this.members, ec2.Port.allTcp());
    for (const [name, service] of [
      ['Lambda', ec2.InterfaceVpcEndpointAwsService.LAMBDA],
      ['Sts', ec2.InterfaceVpcEndpointAwsService.STS],
    ] as const)
      this.vpc.addInterfaceEndpoint(name, { service, open: false, securityGroups: [this.members] });
  }
}
