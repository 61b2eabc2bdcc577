import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Construct, type IDependable } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import type { Config } from './config.ts';

export interface NetworkProps {
  readonly config: Config['network'];
  /** The security group of an existing cluster. If undefined, a new one is created. */
  readonly securityGroupId: string | undefined;
  /** Services that the pollers must reach from inside this network. */
  readonly pollersNeed: readonly PollerService[];
}

/** The endpoint of each service that pollers may need: https://docs.aws.amazon.com/lambda/latest/dg/with-msk-cluster-network.html */
const ENDPOINTS = {
  lambda: ec2.InterfaceVpcEndpointAwsService.LAMBDA,
  sts: ec2.InterfaceVpcEndpointAwsService.STS,
  secrets: ec2.InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
} as const;
export type PollerService = keyof typeof ENDPOINTS;

/** The network of the brokers: private subnets, with a route to the internet only if NAT is configured, and the endpoints that the pollers need. */
export class Network extends Construct {
  readonly vpc: ec2.IVpc;
  /** One private subnet per availability zone. */
  readonly subnets: readonly ec2.ISubnet[];
  /** A description of the network that changes whenever the subnets or the security group of a cluster would be replaced. */
  readonly place: string;
  /** The security group of brokers, pollers and endpoints. Its members can reach only each other, and HTTPS if the pollers need a way out. */
  readonly members: ec2.ISecurityGroup;
  /** The endpoints that must exist before the pollers start; empty if the subnets have another route. */
  readonly endpoints: readonly IDependable[];

  constructor(scope: Construct, id: string, { config, securityGroupId, pollersNeed }: NetworkProps) {
    super(scope, id);
    this.place = placeOf(config);
    this.vpc = config.existing ? this.existing(config.existing) : this.own(config);
    this.subnets = config.existing
      ? this.vpc.privateSubnets
      : [...this.vpc.isolatedSubnets, ...this.vpc.privateSubnets];
    const leavesNetwork = config.natGateways > 0 || config.existing?.createEndpoints === false;
    this.members = securityGroupId
      ? ec2.SecurityGroup.fromSecurityGroupId(this, 'Members', securityGroupId, { mutable: false })
      : this.selfReferencing(leavesNetwork && pollersNeed.length > 0);
    this.endpoints = leavesNetwork
      ? []
      : pollersNeed.map(
          (name) =>
            new ec2.InterfaceVpcEndpoint(this, `${name}Endpoint`, {
              vpc: this.vpc,
              service: ENDPOINTS[name],
              subnets: { subnets: [...this.subnets] },
              securityGroups: [this.members],
              open: false,
            }),
        );
  }

  private own({ cidr, natGateways, availabilityZones }: Config['network']): ec2.Vpc {
    const brokers = natGateways > 0 ? ec2.SubnetType.PRIVATE_WITH_EGRESS : ec2.SubnetType.PRIVATE_ISOLATED;
    const vpc = new ec2.Vpc(this, 'Vpc', {
      ipAddresses: ec2.IpAddresses.cidr(cidr),
      ...(availabilityZones ? { availabilityZones } : { maxAzs: 2 }),
      natGateways,
      // The default group has no members; emptying it would take a custom resource.
      restrictDefaultSecurityGroup: false,
      subnetConfiguration: [
        { name: 'brokers', subnetType: brokers },
        ...(natGateways > 0
          ? [{ name: 'nat', subnetType: ec2.SubnetType.PUBLIC, cidrMask: 28, mapPublicIpOnLaunch: false }]
          : []),
      ],
      gatewayEndpoints: { s3: { service: ec2.GatewayVpcEndpointAwsService.S3 } },
    });
    acknowledge(vpc, {
      'AwsSolutions-VPC7':
        'The VPC holds only brokers, pollers and their endpoints, in one security group whose members reach only each other; flow logs would cost more than they are worth.',
      ...(availabilityZones && {
        'CloudFormation-Validate::W3010':
          'The configuration names the zones, because MSK is not available in every zone.',
      }),
    });
    return vpc;
  }

  private existing({
    vpcId,
    subnetIds,
    availabilityZones,
  }: NonNullable<Config['network']['existing']>): ec2.IVpc {
    const vpc = ec2.Vpc.fromVpcAttributes(this, 'Vpc', {
      vpcId,
      availabilityZones,
      privateSubnetIds: subnetIds,
    });
    acknowledge(vpc, {
      '@aws-cdk/aws-ec2:noSubnetRouteTableId': 'The stack does not change the routes of an existing VPC.',
    });
    return vpc;
  }

  /**
   * Creates the group of brokers, pollers and endpoints.
   *
   * On-demand pollers take the security group of the cluster, and must reach Lambda and STS with it: through NAT, or through
   * endpoints that the owner of an existing VPC provides. The services have no fixed addresses, and the owner's endpoints are
   * not in this group, so the rule cannot be narrower than HTTPS.
   * https://docs.aws.amazon.com/lambda/latest/dg/with-msk-cluster-network.html
   */
  private selfReferencing(needsHttps: boolean): ec2.SecurityGroup {
    const members = new ec2.SecurityGroup(this, 'Members', {
      vpc: this.vpc,
      description: 'Brokers, pollers and their endpoints',
      allowAllOutbound: false,
    });
    members.addIngressRule(members, ec2.Port.allTcp());
    members.addEgressRule(members, ec2.Port.allTcp());
    if (needsHttps) members.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.HTTPS, 'Pollers to Lambda and STS');
    return members;
  }
}

/** The subnets are replaced when the VPC, the address range or the zones change, and when NAT, which takes part of the address range, is added or removed. */
function placeOf({ existing, cidr, natGateways, availabilityZones }: Config['network']): string {
  return JSON.stringify(
    existing
      ? [existing.vpcId, existing.subnetIds]
      : [cidr, natGateways > 0 ? 'nat' : 'isolated', availabilityZones ?? []],
  );
}
