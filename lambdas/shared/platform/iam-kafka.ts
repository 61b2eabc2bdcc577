import { generateAuthToken } from 'aws-msk-iam-sasl-signer-js';
import { Kafka, type KafkaConfig, logLevel, type OauthbearerProviderResponse } from 'kafkajs';

export interface IamKafkaOptions {
  /** `host:port,host:port`, the `BootstrapBrokerStringSaslIam` of MSK. */
  readonly brokers: string;
  readonly region: string;
  /** How long to wait for brokers; by default as kafkajs does. */
  readonly patience?: Pick<KafkaConfig, 'connectionTimeout' | 'requestTimeout' | 'retry'>;
}

/**
 * Creates a Kafka client that signs in with the AWS identity of this process.
 *
 * https://docs.aws.amazon.com/msk/latest/developerguide/iam-access-control.html
 */
export const iamKafka = ({ brokers, region, patience }: IamKafkaOptions): Kafka =>
  new Kafka({
    clientId: 'cartograph',
    brokers: brokers.split(','),
    // kafkajs writes log lines in a format of its own; it throws every error that matters.
    logLevel: logLevel.NOTHING,
    ssl: true,
    sasl: { mechanism: 'oauthbearer', oauthBearerProvider: () => signIn(region) },
    ...patience,
  });

/**
 * Creates a token for the brokers, valid for 15 minutes. The token is a request that is signed locally, so a Lambda needs no
 * network access to an AWS API.
 */
export async function signIn(region: string): Promise<OauthbearerProviderResponse> {
  return { value: (await generateAuthToken({ region })).token };
}
