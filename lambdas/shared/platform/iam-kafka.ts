import { generateAuthToken } from 'aws-msk-iam-sasl-signer-js';
import { Kafka, logLevel, type OauthbearerProviderResponse } from 'kafkajs';

export interface IamKafkaOptions {
  /** `host:port,host:port`, the `BootstrapBrokerStringSaslIam` of MSK. */
  readonly brokers: string;
  readonly region: string;
}

/**
 * Creates a Kafka client that signs in with the AWS identity of this process.
 *
 * https://docs.aws.amazon.com/msk/latest/developerguide/iam-access-control.html
 */
export const iamKafka = ({ brokers, region }: IamKafkaOptions): Kafka =>
  new Kafka({
    clientId: 'cartograph',
    brokers: brokers.split(','),
    // kafkajs writes log lines in a format of its own; it throws every error that matters.
    logLevel: logLevel.NOTHING,
    ssl: true,
    sasl: { mechanism: 'oauthbearer', oauthBearerProvider: () => signIn(region) },
  });

/**
 * Creates a token for the brokers, valid for 15 minutes. The token is a request that is signed locally, so a Lambda needs no
 * network access to an AWS API.
 */
export async function signIn(region: string): Promise<OauthbearerProviderResponse> {
  return { value: (await generateAuthToken({ region })).token };
}
