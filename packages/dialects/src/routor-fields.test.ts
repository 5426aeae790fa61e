import { splice } from '@fluxrouter/json-splice';
import { describe, expect, it } from 'vitest';
import { dialectNames, dialects, type RequestReading } from './index.ts';

const bodies = {
  'openai-chat': '"messages":[{"role":"user","content":"x"}]',
  'openai-responses': '"input":"x"',
  'anthropic-messages': '"max_tokens":1000,"messages":[{"role":"user","content":"x"}]',
};

describe.each(dialectNames)('routor fields in %s', (name) => {
  const dialect = dialects[name];
  const read = (members: string): RequestReading => {
    const body = Buffer.from(`{"model":"m",${bodies[name]}${members}}`);
    const reading = dialect.readRequest(body, { maxDepth: 20 });
    if ('code' in reading) throw new Error(reading.message);
    return reading;
  };

  it('are read, a number as it was written', () => {
    const reading = read(
      ',"routor_profile":"auto","routor_tier":"light","routor_tier_floor":"NANO","routor_tier_ceiling":"COMPLEX","routor_max_cost":0.10',
    );
    expect(dialect.routorFields(reading)).toEqual({
      profile: 'auto',
      tier: 'LIGHT',
      tierFloor: 'NANO',
      tierCeiling: 'COMPLEX',
      maxCost: '0.10',
    });
    expect(dialect.routorFields(read(',"routor_max_cost":"2.5"'))).toEqual({ maxCost: '2.5' });
    expect(dialect.routorFields(read(',"routor_tier":null'))).toEqual({});
    for (const [written, maxCost] of [
      ['5e-05', '0.00005'],
      ['1.25e-7', '0.000000125'],
      ['1E+1', '10'],
      ['1.25e1', '12.5'],
    ]) {
      expect(dialect.routorFields(read(`,"routor_max_cost":${written}`))).toEqual({ maxCost });
    }
  });

  it.each([
    ['"routor_profile":"best"', 'routor_profile'],
    ['"routor_tier":"HUGE"', 'routor_tier'],
    ['"routor_tier_floor":7', 'routor_tier_floor'],
    ['"routor_tier_floor":"COMPLEX","routor_tier_ceiling":"NANO"', 'routor_tier_floor'],
    ['"routor_max_cost":-1', 'routor_max_cost'],
    ['"routor_max_cost":1e-13', 'routor_max_cost'],
    ['"routor_max_cost":1e99', 'routor_max_cost'],
    ['"routor_max_cost":"5e-05"', 'routor_max_cost'],
    ['"routor_max_cost":"cheap"', 'routor_max_cost'],
    ['"routor_max_cost":{}', 'routor_max_cost'],
  ])('are refused: %s', (member, param) => {
    expect(dialect.routorFields(read(`,${member}`))).toMatchObject({
      code: 'invalid_field',
      param,
    });
  });

  it('go before the body is forwarded, wherever they stand', () => {
    const reading = read(
      ', "routor_tier" : "NANO", "other":1 ,"routor_max_cost":1,"routor_profile":null',
    );
    const edits = dialect.requestEdits(reading, { askUsage: false });
    expect(splice(reading.body, edits).toString()).toBe(
      `{"model":"m",${bodies[name]}, "other":1 }`,
    );
  });

  it('that are given twice are refused', () => {
    const body = Buffer.from(
      `{"model":"m",${bodies[name]},"routor_tier":"NANO","routor_tier":"LIGHT"}`,
    );
    expect(dialect.readRequest(body, { maxDepth: 20 })).toMatchObject({
      code: 'duplicate_member',
      param: 'routor_tier',
    });
  });
});
