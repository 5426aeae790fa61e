import kafkajs from 'kafkajs';
import { expect, test } from 'vitest';
import { TopicMismatchError } from '../bus-errors.ts';
import { isUnreachable } from './unreachable.ts';

test('a broker that is away is told from one that says no', () => {
  const away = new kafkajs.KafkaJSConnectionError('connect ECONNREFUSED', {
    broker: '127.0.0.1:1',
    code: 'ECONNREFUSED',
  });
  expect(isUnreachable(away)).toBe(true);
  const after = { retryCount: 5, retryTime: 1_000 };
  expect(isUnreachable(new kafkajs.KafkaJSNumberOfRetriesExceeded(away, after))).toBe(true);
  const loading = Object.assign(new Error('no'), {
    type: 'GROUP_LOAD_IN_PROGRESS',
    retriable: true,
  });
  const wrapped = new Error('not retried', { cause: loading });
  expect(isUnreachable(wrapped)).toBe(true);
  const refused = new kafkajs.KafkaJSNonRetriableError('SASL: no');
  for (const no of [refused, new TopicMismatchError('2 partitions'), undefined])
    expect(isUnreachable(no)).toBe(false);
});
