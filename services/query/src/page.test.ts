import { expect, test } from 'vitest';
import { decodeCursor, encodeCursor, limitOf } from './page.ts';

test('a cursor comes back as it was given', () => {
  const end = { receivedAtMs: 1_779_021_296_789, requestId: 'req_01JVF3Z1A2B3C4D5E6F7G8H9JK' };
  expect(decodeCursor(encodeCursor(end))).toEqual(end);
});

test.each(['', 'x', '%', 'MSA1IGE gYg', Buffer.from('2 5 req_1').toString('base64url')])(
  'the cursor %j is refused',
  (cursor) => {
    expect(() => decodeCursor(cursor)).toThrow('cursor');
  },
);

test('a limit has a default and a maximum', () => {
  expect([0, 1, 200, 201].map(limitOf)).toEqual([50, 1, 200, 200]);
});
