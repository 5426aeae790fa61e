import { splice } from '@fluxrouter/json-splice';
import { describe, expect, it } from 'vitest';
import { loadRecordings } from '../recordings/load.ts';
import { replay } from '../recordings/replay.ts';
import { dialectNames, dialects, USAGE } from './index.ts';

const member = { costUsd: '0.000412', model: 'gpt-5.4-mini', requestId: 'req_1' };
const flux = { cost_usd: '0.000412', model: 'gpt-5.4-mini', request_id: 'req_1' };

describe.each(dialectNames)('the flux member in %s', (name) => {
  const dialect = dialects[name];
  const put = (frame: string) => {
    const bytes = Buffer.from(frame);
    const edit = dialect.fluxMemberEdit(bytes, member);
    return edit === null ? null : splice(bytes, [edit]).toString();
  };

  it.each([
    ['data: {"a":1}\n\n', 'data: {"a":1,"flux":'],
    ['event: x\r\ndata:{"a":1} \r\n\r\n', 'event: x\r\ndata:{"a":1,"flux":'],
    [': c\nid: 1\ndata: {}\n\n', ': c\nid: 1\ndata: {"flux":'],
  ])('goes into %j', (frame, beginning) => {
    const result = put(frame) ?? '';
    expect(result.startsWith(beginning)).toBe(true);
    expect(result).toContain(JSON.stringify(flux));
  });

  it.each([': c\n\n', 'data: [DONE]\n\n', 'data: {"a":\ndata: 1}\n\n', 'data: {"a"\n\n', '\n'])(
    'does not go into %j',
    (frame) => {
      expect(put(frame)).toBeNull();
    },
  );

  it('has one last place in each recorded stream that reports a usage', () => {
    for (const { stream, expected } of loadRecordings(name)) {
      if (stream === null || expected.finish === 'failed') continue;
      const { verdicts } = replay(dialect, [stream], { clientWantsUsage: true });
      expect(verdicts.filter((verdict) => (verdict & USAGE) !== 0).length).toBe(1);
    }
  });
});
