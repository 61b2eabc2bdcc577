import { GetBootstrapBrokersCommand, KafkaClient } from '@aws-sdk/client-kafka';
import { z } from 'zod';

/** https://docs.aws.amazon.com/msk/1.0/apireference/clusters-clusterarn-bootstrap-brokers.html */
const Answer = z.looseObject({ BootstrapBrokerStringSaslIam: z.string().min(1).optional() });

/**
 * Asks MSK for the addresses of a cluster's brokers, for clients with IAM authentication. The addresses are private:
 * clients reach them from inside the VPC, or through a peering connection or a tunnel.
 *
 * @returns `host:9098,host:9098`
 * @throws {Error} If the cluster does not exist, is not ready or has no IAM authentication; the message names the addresses that it has.
 */
export async function findBootstrapBrokers(
  clusterArn: string,
  client: Pick<KafkaClient, 'send'> = new KafkaClient({}),
): Promise<string> {
  let answer: z.infer<typeof Answer>;
  try {
    answer = Answer.parse(await client.send(new GetBootstrapBrokersCommand({ ClusterArn: clusterArn })));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : cause;
    throw new Error(`Cannot find the brokers of ${clusterArn}: ${reason}`, { cause });
  }
  if (answer.BootstrapBrokerStringSaslIam) return answer.BootstrapBrokerStringSaslIam;
  const others = Object.keys(answer).filter((name) => name.startsWith('BootstrapBrokerString'));
  throw new Error(
    `Cannot find the brokers of ${clusterArn}: BootstrapBrokerStringSaslIam (IAM authentication) is missing; MSK returned ${others.join(', ') || 'no addresses'}`,
  );
}
