import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { sparkCommand } from '../../../local/spark/spark.ts';
import { sparkFrom } from '../../../local/spark/spark-environment.ts';

const directory = mkdtempSync(join(tmpdir(), 'cartograph-spark-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
writeFileSync(join(directory, 'b.jar'), '');
writeFileSync(join(directory, 'a.jar'), '');

const AWS = 'http://aws:4566';
const SUBMIT = {
  entryPoint: 'job.jar',
  entryPointArguments: ['--window', '1'],
  sparkSubmitParameters: '--class cartograph.TrainJob --conf spark.executor.memory=16g',
};
const command = (environment: Record<string, string>): string[] =>
  sparkCommand(SUBMIT, { ...sparkFrom(environment, AWS), awsEndpoint: AWS, cores: 2, directory });

const after = (words: readonly string[], word: string): string | undefined => words[words.indexOf(word) + 1];
/** The value that counts, which is the last one. */
const setting = (words: readonly string[], name: string): string | undefined =>
  words.findLast((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);

test('without an environment, the jars of this project run the job in one process', () => {
  const words = command({ SPARK_MASTER: '' });
  expect(after(words, '-cp')).toMatch(/spark\/target\/runtime\/\*$/);
  expect(setting(words, 'spark.master')).toBe('local[2]');
  expect(setting(words, 'spark.jars')).toBeUndefined();
});

test('the class path of the environment is used, without the archive of classes of another one', () => {
  const words = command({ SPARK_CLASS_PATH: '/opt/spark/jars/*:/extra/*' });
  expect(after(words, '-cp')).toBe('/opt/spark/jars/*:/extra/*');
  expect(words.filter((word) => word.includes('SharedArchiveFile'))).toEqual([]);
  expect(setting(words, 'spark.master')).toBe('local[2]');
});

test('on a cluster, executors reach the driver by name, and get the jars and the keys that they lack', () => {
  const words = command({ SPARK_MASTER: 'spark://m:7077', SPARK_EXTRA_JARS: directory });
  expect(setting(words, 'spark.master')).toBe('spark://m:7077');
  expect(setting(words, 'spark.driver.host')).toBe(hostname());
  expect(setting(words, 'spark.driver.bindAddress')).toBe('0.0.0.0');
  expect(setting(words, 'spark.jars')).toBe(`${join(directory, 'a.jar')},${join(directory, 'b.jar')}`);
  expect(setting(words, 'spark.executorEnv.AWS_ENDPOINT_URL')).toBe(AWS);
  expect(setting(words, 'spark.executor.memory')).toBe('1g');
  expect(words.slice(-3)).toEqual(['job.jar', '--window', '1']);
});

test('the options of the JVM that a job asks for come before the class; other parameters than those of the job are refused', () => {
  const asked = (parameters: string): string[] =>
    sparkCommand(
      { ...SUBMIT, sparkSubmitParameters: `${SUBMIT.sparkSubmitParameters} ${parameters}` },
      { awsEndpoint: AWS, cores: 2, directory },
    );
  const words = asked(
    '--conf spark.driver.memory=12g --conf spark.x="a b" --conf spark.emr-serverless.driverEnv.JDK_JAVA_OPTIONS=-XX:TieredStopAtLevel=1',
  );
  expect(words.indexOf('-XX:TieredStopAtLevel=1')).toBeGreaterThan(-1);
  expect(words.indexOf('-XX:TieredStopAtLevel=1')).toBeLessThan(words.indexOf('-cp'));
  expect(after(words, '--class')).toBe('cartograph.TrainJob');
  expect(setting(words, 'spark.x')).toBe('a b');
  // For this setting spark-submit would start a second JVM.
  expect(setting(words, 'spark.driver.memory')).toBeUndefined();
  expect(() => asked('--jars x.jar')).toThrow('parameter --jars should be --class or --conf');
});

test('a cluster without the jars that its workers lack is refused', () => {
  expect(() => command({ SPARK_MASTER: 'spark://m:7077' })).toThrow(
    'Cannot use the cluster spark://m:7077: SPARK_EXTRA_JARS',
  );
});
