import { expect, test } from 'vitest';
import { ConfiguredModel, withoutDefaults } from '../../../../lambdas/shared/contract/model.ts';

test('what is left without the defaults gives the same model, and is small', () => {
  const configured = {
    rank: 16,
    typeWeights: { View: 0.2, purchase: 1, gift: 0.5 },
    charges: { 'Bank-Charges': false, postage: true, WRAP: true },
  };
  for (const one of [{}, configured]) {
    const model = ConfiguredModel.parse(one);
    expect(ConfiguredModel.parse(withoutDefaults(model))).toEqual(model);
    expect(JSON.stringify(withoutDefaults(model)).length).toBeLessThan(400);
  }
});

test('another spelling of a default name keeps the default beside it', () => {
  const model = ConfiguredModel.parse({
    typeWeights: { view: 0.1, View: 0.5 },
    charges: { postage: true, POSTAGE: false },
  });
  expect(ConfiguredModel.parse(withoutDefaults(model))).toEqual(model);
});
