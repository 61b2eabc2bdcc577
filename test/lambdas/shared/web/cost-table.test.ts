import { expect, test } from 'vitest';
import { costTable } from '../../../../lambdas/shared/web/cost-table.ts';
import { sampleCost, sampleCosts, sampleReceipt } from '../../cost-samples.ts';

const textOf = (html: { readonly text: string }): string =>
  html.text.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');
const rowsOf = (html: { readonly text: string }): string[] =>
  [...html.text.matchAll(/<tr>(.*?)<\/tr>/gs)].slice(1).map(([, row = '']) => textOf({ text: row }).trim());

test('without a receipt the table says that nothing is billed yet', () => {
  expect(textOf(costTable([]))).toContain('No run is billed yet.');
  expect(costTable([]).text).not.toContain('<table');
});

test('every attempt has a row, the newest first, failed ones too', () => {
  const rows = rowsOf(costTable(sampleCosts(8)));
  expect(rows).toHaveLength(9);
  expect(rows[0]).toMatch(/^8 1 \$0\.\d+ \$0\.\d+ ✓ run /);
  expect(rows[1]).toMatch(/^7 2 .* ✓ run /);
  expect(rows[2]).toMatch(/^7 1 .* ✗ failed /);
});

test('a row has the hours and the dollars of its attempt and of its run', () => {
  // 1.6 x 0.042094 + 5.6 x 0.004628 = 0.093267; 500 x 0.0000133334 + 10,000 x 0.0000002 = 0.008667; 0.00038 + 0.000184
  const [row] = rowsOf(costTable([sampleCost(1)]));
  expect(row).toBe('1 1 $0.10 $0.10 ✓ run $0.093 $0.0087 $0.00056 1.600 5.600 $0.10 $0.0085 –');
});

test('an unknown bill, an attempt over the budget and a receipt of one machine are marked', () => {
  const unknown = sampleReceipt({ run: 2, hours: null, succeeded: false });
  const second = sampleReceipt({ run: 2, attempt: 2, overBudget: true, isLocal: true, earlierUsd: [null] });
  const table = costTable([{ run: 2, receipts: [unknown, second], unreadable: 0 }]);
  const rows = rowsOf(table);
  expect(rows[0]).toContain('✓ run , over the budget');
  expect(rows[0]).toContain('at least $0.10');
  expect(rows[1]).toMatch(/^2 1 – – ✗ failed ; bill unknown: the service reported no bill – /);
  expect(textOf(table)).toContain(
    'Measured on one machine and priced as AWS would price it; nothing was paid.',
  );
  expect(textOf(costTable([sampleCost(1)]))).not.toContain('one machine');
});

test('a job that wrote no run is described by how it ended', () => {
  const ended = (state: string | null) => {
    const receipt = sampleReceipt({ run: 1, succeeded: false });
    const changed = { ...receipt, job: { ...receipt.job, state } };
    return textOf(costTable([{ run: 1, receipts: [changed], unreadable: 0 }]));
  };
  expect(ended('CANCELLED')).toContain('✗ cancelled');
  expect(ended('SUCCESS')).toContain('✗ ended without a run');
  expect(ended('GONE')).toContain('✗ not known to EMR');
  expect(ended(null)).toContain('✗ not started');
});

test('receipts that cannot be read are counted', () => {
  expect(textOf(costTable([{ run: 1, receipts: [], unreadable: 2 }]))).toContain(
    'Receipts that cannot be read: 2.',
  );
});
