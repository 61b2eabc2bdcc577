import { generateAuthToken } from 'aws-msk-iam-sasl-signer-js';
import { Kafka, logLevel, type OauthbearerProviderResponse } from 'kafkajs';

export interface IamKafkaOptions {
  /** `host:port,host:port`, as MSK's `BootstrapBrokerStringSaslIam`. */
  readonly brokers: string;
  readonly region: string;
}

/**
 * A Kafka client that signs in as this process's AWS identity.
 *
 * https://docs.aws.amazon.com/msk/latest/developerguide/iam-access-control.html
 */
export const iamKafka = ({ brokers, region }: IamKafkaOptions): Kafka =>
  new Kafka({
    clientId: 'cartograph',
    brokers: brokers.split(','),
    // kafkajs writes lines of its own; what matters is thrown.
    logLevel: logLevel.NOTHING,
    ssl: true,
    sasl: { mechanism: 'oauthbearer', oauthBearerProvider: () => signIn(region) },
  });

/**
 * A token for the brokers, good for 15 minutes: a request to them that is signed here, so that a Lambda needs no way to
 * any AWS API.
 */
export async function signIn(region: string): Promise<OauthbearerProviderResponse> {
  return { value: (await generateAuthToken({ region })).token };
}
