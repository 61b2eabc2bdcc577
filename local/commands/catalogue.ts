import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { storeProducts } from '../../lambdas/catalogue/store.ts';
import { ProductsResult } from '../../lambdas/shared/contract/api/catalogue.ts';
import { grouped } from '../../lambdas/shared/contract/numbers.ts';
import { s3Lake } from '../../lambdas/shared/platform/lake.ts';
import { createLog } from '../../lambdas/shared/platform/log.ts';
import { attributeMap, type ProductFileOptions, readProducts } from '../input/product-file.ts';
import type { InputFacts } from '../input/records.ts';
import { describeSent, type SendProducts, sendProducts } from '../results/send-products.ts';
import { callFunction } from '../stack/call-function.ts';
import { readStack, resolveTarget } from '../stack/target.ts';
import { callerPath } from '../terminal/caller-path.ts';
import { commandLine as npmCommandLine, parseCommandLine } from '../terminal/command-line.ts';
import { stackOption, valueOption } from '../terminal/options.ts';
import { encodingOption } from './sales-options.ts';

export const commandLine = () =>
  npmCommandLine('catalogue', 'store attributes of products, such as names, categories and prices')
    .argument('<FILE>', 'CSV, NDJSON or a JSON array, also .gz: a product in each row')
    .addOption(valueOption('--map <FIELDS>', 'columns of the file: productId=sku,name=Title,…', attributeMap))
    .addOption(
      valueOption('--without <COLUMNS>', 'columns that are not stored: description,image,…', (text) =>
        text.split(','),
      ),
    )
    .addOption(encodingOption())
    .addOption(stackOption());

/** `npm run catalogue -- FILE`: stores the products of a file, and reports those that are refused. */
export async function run(args: readonly string[]): Promise<void> {
  const command = parseCommandLine(commandLine(), args);
  const [file] = command.processedArgs;
  const { map, without, encoding, stack } = command.opts();
  const options: ProductFileOptions = { map, without, encoding };
  const facts: InputFacts = { form: '', encoding: '' };
  const path = callerPath(file);
  const sent = await sendProducts(readProducts(path, options, facts), {
    send: await senderOf(stack),
    onProgress: (stored) => {
      if (stored % 10_000 === 0) console.log(`  ${grouped(stored)} products stored`);
    },
  });
  for (const line of describeSent(sent, { path, form: facts.form })) console.log(line);
  if (sent.stored === 0) process.exitCode = 1;
}

/** Returns how products are stored: by the stage's Lambda of a stack, or on this machine by the stage's own code. */
async function senderOf(stack: string | undefined): Promise<SendProducts> {
  if (stack === undefined) {
    const { client, bucket } = await resolveTarget(undefined);
    const lake = s3Lake(bucket, new S3Client(client));
    const log = createLog('catalogue', {}, () => undefined);
    return (products) => storeProducts(products, { lake, log });
  }
  const target = await readStack(stack);
  const functionName = target.output('catalogueFunction');
  const client = new LambdaClient(target.client);
  return async (products) => ProductsResult.parse(await callFunction(client, functionName, { products }));
}
