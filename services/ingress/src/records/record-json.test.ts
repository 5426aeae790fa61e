import { RequestRecord } from '@fluxrouter/generated/query';
import { describe, expect, it } from 'vitest';
import { recordJson } from './record-json.ts';
import { recordSchema } from './record-schema.ts';

const empty = RequestRecord.fromPartial({ receivedAtMs: 1, finishedAtMs: 2 });

describe('the record as JSON', () => {
  it('has the fields of its schema and no others', () => {
    expect(Object.keys(recordJson(empty)).sort()).toEqual(
      Object.keys(recordSchema.properties).sort(),
    );
  });

  it('tells what was not there as null, and 0 as 0', () => {
    const record = recordJson({
      ...empty,
      usage: { source: 'provider', input: 0, output: 5 },
      attempts: [
        {
          provider: 'openai',
          model: 'm',
          status: 0,
          errorCode: '',
          startedAtMs: 1,
          firstByteMs: undefined,
          durationMs: 3,
          accepted: false,
          outcome: 'failed',
        },
      ],
    }) as { usage: object; attempts: object[]; model: null };
    expect(record.model).toBeNull();
    expect(record.usage).toMatchObject({ input: 0, output: 5, cacheRead: null });
    expect(record.attempts[0]).toMatchObject({ status: null, firstByteMs: null });
  });

  it('shows what the house pays to operators only', () => {
    expect(recordJson(empty)).not.toHaveProperty('providerCostUsd');
    expect(recordJson({ ...empty, providerCostPicoUsd: 412_000_000n })).toHaveProperty(
      'providerCostUsd',
      '0.000412',
    );
  });
});
