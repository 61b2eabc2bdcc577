import { expect, test } from 'vitest';
import { commandLine } from '../../bench/command.ts';
import { BENCHMARK_NAMES } from '../../bench/registry.ts';
import { parseCommandLine } from '../../local/terminal/command-line.ts';

test('benchmarks are named one by one, or all of them are run', () => {
  expect(parseCommandLine(commandLine(), ['layout', 'job']).processedArgs[0]).toEqual(['layout', 'job']);
  expect(parseCommandLine(commandLine(), []).processedArgs[0]).toEqual([]);
});

test('an unknown benchmark and an unknown option are refused, and the help lists what there is', () => {
  expect(() => parseCommandLine(commandLine(), ['layuot'])).toThrow('layout');
  expect(() => parseCommandLine(commandLine(), ['--nothing'])).toThrow("Unknown option '--nothing'");
  const help = commandLine().helpInformation();
  for (const name of BENCHMARK_NAMES) expect(help).toContain(`"${name}"`);
  expect(help).toMatch(/^ {2}--help {2,}show this help$/m);
  expect(help.split('\n').filter((line) => line.length > 110)).toEqual([]);
});
