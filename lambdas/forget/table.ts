import {
  type AttributeValue,
  DeleteItemCommand,
  DynamoDBClient,
  QueryCommand,
  type QueryCommandOutput,
} from '@aws-sdk/client-dynamodb';
import { RECENT_TABLE } from '../shared/platform/recent.ts';
import { fromItem } from '../shared/platform/recent-item.ts';
import type { ErasureUsers } from './forgotten.ts';

/** Removes recent sales. */
export interface ForgetRecent {
  /**
   * Removes the sales of users until a moment.
   *
   * @returns The number of items that were removed.
   */
  remove(erasures: readonly ErasureUsers[]): Promise<number>;
}

const USERS_AT_ONCE = 16;

function* usersOf(erasures: readonly ErasureUsers[]): Generator<readonly [string, number]> {
  for (const { untilMs, users } of erasures) for (const user of users) yield [user, untilMs];
}

/** The table of recent sales. Deleting is idempotent: an interrupted call is repeated. */
export function dynamoForgetRecent(
  table: string,
  client: DynamoDBClient = new DynamoDBClient({ maxAttempts: 5 }),
): ForgetRecent {
  async function* keysOf(user: string, untilMs: number): AsyncGenerator<Record<string, AttributeValue>> {
    let start: Record<string, AttributeValue> | undefined;
    do {
      const page: QueryCommandOutput = await client.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: '#user = :user',
          ExpressionAttributeNames: { '#user': RECENT_TABLE.user },
          ExpressionAttributeValues: { ':user': { S: user } },
          ConsistentRead: true,
          ExclusiveStartKey: start,
        }),
      );
      for (const item of page.Items ?? []) {
        const [ofUser, address] = [item[RECENT_TABLE.user], item[RECENT_TABLE.address]];
        // The sort key is the moment of the sale if the record has no usual timestamp, so it decides nothing.
        if (ofUser && address && (fromItem(item).address?.kafkaMs ?? -1) <= untilMs)
          yield { [RECENT_TABLE.user]: ofUser, [RECENT_TABLE.address]: address };
      }
      start = page.LastEvaluatedKey;
    } while (start !== undefined);
  }

  return {
    async remove(erasures) {
      let removed = 0;
      // All workers share one iterator, so that each user is done once.
      const all = usersOf(erasures);
      const worker = async (): Promise<void> => {
        for (const [user, untilMs] of all)
          for await (const Key of keysOf(user, untilMs)) {
            await client.send(new DeleteItemCommand({ TableName: table, Key }));
            removed++;
          }
      };
      await Promise.all(Array.from({ length: USERS_AT_ONCE }, worker));
      return removed;
    },
  };
}
