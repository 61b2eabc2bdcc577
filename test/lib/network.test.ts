import { describe, expect, test } from 'vitest';
import { synthesize } from './synthesize.ts';

const vpc = {
  vpcId: 'vpc-0a1b2c3d4e5f60718',
  subnetIds: ['subnet-0a1b2c3d4e5f60718', 'subnet-1a1b2c3d4e5f60718'],
  availabilityZones: ['eu-west-1a', 'eu-west-1b'],
};
const properties = (config: unknown, type: string) =>
  Object.values(synthesize(config).findResources(type)).map(({ Properties }) => Properties);
const endpoints = (choice: { createEndpoints?: boolean }) =>
  properties({ network: { existing: { ...vpc, ...choice } } }, 'AWS::EC2::VPCEndpoint');

describe('in an existing VPC', () => {
  test('endpoints are created on request, in its subnets, and accept only members of the security group', () => {
    const created = endpoints({ createEndpoints: true });
    expect(created).toHaveLength(2);
    for (const { PrivateDnsEnabled, SecurityGroupIds, SubnetIds } of created) {
      // Pollers call the services by their public names.
      expect(PrivateDnsEnabled).toBe(true);
      expect(SecurityGroupIds).toEqual([
        { 'Fn::GetAtt': [expect.stringMatching(/^NetworkMembers/), 'GroupId'] },
      ]);
      expect(SubnetIds).toEqual(vpc.subnetIds);
    }
  });

  test('no endpoint is created by default, so the DNS names of services resolve as before', () => {
    expect(endpoints({})).toEqual([]);
    expect(endpoints({ createEndpoints: false })).toEqual([]);
  });
});

describe('the availability zones of a new VPC', () => {
  const zonesOf = (config: unknown) =>
    properties(config, 'AWS::EC2::Subnet').map(({ AvailabilityZone }) => AvailabilityZone);

  test('are the configured ones, with one subnet in each', () => {
    const availabilityZones = ['us-east-1b', 'us-east-1d', 'us-east-1f'];
    expect(zonesOf({ network: { availabilityZones } })).toEqual(availabilityZones);
  });

  test('are two of the region by default', () => {
    expect(zonesOf({})).toEqual([0, 1].map((index) => ({ 'Fn::Select': [index, { 'Fn::GetAZs': '' }] })));
  });

  test.each<[unknown, RegExp]>([
    [{ availabilityZones: ['us-east-1a'] }, /network\.availabilityZones: .*>=2/],
    [{ availabilityZones: ['us-east-1a', 'b'] }, /should be zones such as us-east-1a/],
    [{ availabilityZones: ['us-east-1a', 'us-east-1a'] }, /should not name a zone twice/],
    [
      { availabilityZones: vpc.availabilityZones, existing: vpc },
      /network\.availabilityZones: should be left out with network\.existing/,
    ],
  ])('%j is rejected', (network, message) => {
    expect(() => synthesize({ network })).toThrow(message);
  });
});
