import { expect, test } from 'vitest';
import { createFaultGate } from './faults.ts';

test('the first so many requests with a key fail, the later ones are spared', () => {
  const gate = createFaultGate();
  const directives = { status: 503, headDelayMs: 9, failTimes: 2, failKey: 'k', words: 4 };
  expect(gate(directives, 'm').status).toBe(503);
  expect(gate(directives, 'm').status).toBe(503);
  const spared = gate(directives, 'm');
  expect(spared).toEqual({ failTimes: 2, failKey: 'k', words: 4 });
  expect(gate({ ...directives, failKey: 'other' }, 'm').status).toBe(503);
});

test('only the named models fail, and only they are counted', () => {
  const gate = createFaultGate();
  const directives = { status: 500, failModels: ['bad'], failTimes: 1, failKey: 'k' };
  expect(gate(directives, 'good').status).toBeUndefined();
  expect(gate(directives, 'bad').status).toBe(500);
  expect(gate(directives, 'bad').status).toBeUndefined();
});

test('a gate without a fault means status 500', () => {
  expect(createFaultGate()({ failModels: ['m'] }, 'm').status).toBe(500);
  expect(createFaultGate()({ failModels: ['m'], garbage: true }, 'm').status).toBeUndefined();
});

test('without a gate the faults apply to everybody', () => {
  const directives = { status: 500 };
  expect(createFaultGate()(directives, 'm')).toBe(directives);
});
