import { describe, expect, it } from 'vitest';
import { connect } from './gateway.ts';
import { Problem } from './problem.ts';

describe('connect', () => {
  it.each(['bogus', '127.0.0.1:8787', 'ftp://127.0.0.1', 'localhost:8787'])(
    'says what is wrong with an address that is none: %s',
    (baseUrl) => {
      expect(() => connect({ baseUrl, key: 'sk-flux-x' })).toThrow(Problem);
    },
  );

  it('takes an address with a path, as SDKs are given it', () => {
    expect(connect({ baseUrl: 'https://flux.test/v1', key: 'sk-flux-x' }).json).toBe(false);
  });
});
