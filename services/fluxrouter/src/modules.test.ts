import { describe, expect, test } from 'vitest';
import { makeBindings } from './bindings.ts';
import type { SystemConfig } from './module-context.ts';
import { modulesOf } from './modules.ts';

const names = (target: string) => modulesOf(target).map((entry) => entry.name);

describe('--target', () => {
  test('a process, a module, a list, all', () => {
    expect(names('control')).toEqual(['accounts']);
    expect(names('query,metering')).toEqual(['metering', 'query']);
    expect(names('gateway').slice(1)).toEqual([
      'catalogue',
      'journal',
      'router',
      'provider-proxy',
      'ingress',
    ]);
    expect(names('all')).toEqual([...names('control'), ...names('metering'), ...names('gateway')]);
  });

  test('a service brings what it shares a process with, and nothing more', () => {
    expect(names('router')).toEqual(['catalogue', 'router']);
    expect(names('provider-proxy')).toEqual(['catalogue', 'journal', 'provider-proxy']);
    expect(names('ingress')).toEqual(['operators', 'catalogue', 'journal', 'ingress']);
    expect(names('query')).toEqual(['usage-reader', 'query']);
  });

  test('an unknown name is told what there is', () => {
    expect(() => modulesOf('control,consol')).toThrow(
      /no consol\. There are: all, gateway, control/,
    );
  });
});

describe('a need', () => {
  const config = (set: Partial<SystemConfig>) => set as SystemConfig;

  test('of a service that is nowhere says which setting is missing', () => {
    expect(() => makeBindings(config({})).need('query')).toThrow('set QUERY_ADDRESSES');
    const noToken = makeBindings(config({ queryAddresses: ['127.0.0.1:1'] }));
    expect(() => noToken.need('query')).toThrow('SERVICE_TOKEN is not set');
  });

  test('of what cannot be in another process says so', () => {
    expect(() => makeBindings(config({})).need('journal')).toThrow('add its module to --target');
  });
});
