import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dialectNames } from '../src/index.ts';
import { loadRecordings } from './load.ts';
import { readExpected } from './read-expected.ts';
import { findSecrets, redact } from './redact.ts';

const KEY = 'sk-proj-Ab12Cd34Ef56Gh78Ij90Kl12Mn34';
const redaction = { secrets: [KEY, 'Acme Ünited'], salt: 'a salt' };
const redacted = (text: string) => redact(Buffer.from(text), redaction).toString();

describe('redaction', () => {
  it.each([
    ['the key that was used', `Incorrect key ${KEY}.`, KEY],
    ['a key of another', 'AIzaSyA1234567890abcdefghijklmnopqrstuv', 'SyA1234567890'],
    ['a name that was given', '{"x":"of Acme Ünited"}', 'Acme'],
    ['an e-mail address', 'Ask jane.doe@mail.acme.test now', 'jane.doe'],
    ['an id of an answer', '{"id":"chatcmpl-BrT1x9k2Lq7wVnZ3aYcEo4Hd"}', 'BrT1x9k2Lq7w'],
    ['an organisation', 'in organization org-Xy12AbCdEf34GhIj on tokens', 'Xy12AbCd'],
    ['a UUID', '{"id":"0b5c2f7e-1111-4222-8333-abcdefabcdef"}', '0b5c2f7e'],
    ['a signature', '{"signature": "EqoBCkgIARABGAIiQ\\/x=="}', 'EqoBCkgI'],
    ['sealed reasoning', '{"encrypted_content":"gAAAAABpQ"}', 'gAAAAABpQ'],
    ['redacted thinking', '{"type":"redacted_thinking","data":"EmwKAhgBEgy3"}', 'EmwKAhgB'],
    ['who asked', '{"user":"jane","safety_identifier":"u-7"}', 'jane'],
  ])('takes out %s', (_what, text, gone) => {
    const after = redacted(text);
    expect(after).not.toContain(gone);
    expect(Buffer.byteLength(after)).toBe(Buffer.byteLength(text));
    expect(redacted(text)).toBe(after);
  });

  it('leaves JSON that is JSON: the letters of escapes stay', () => {
    const value = {
      text: `\n${'sk-ant-api03-Zz99Yy88Xx77Ww66Vv55'}\tjane@acme.test\nresp_0123456789abcdef0123`,
      signature: 'a\n"b\\c/é',
    };
    const json = JSON.stringify(value).replace('é', '\\u00e9');
    const after = redacted(json);
    for (const gone of ['Zz99', 'jane', '0123456789abcdef0123']) expect(after).not.toContain(gone);
    const { text, signature } = JSON.parse(after);
    expect(text).toMatch(/^\nsk-|^\n[a-z]{2}-/);
    expect(text).toMatch(/\nresp_/);
    expect(signature).toMatch(/^[a-f]\n"[a-f]\\[a-f]\/é$/);
  });

  it('leaves what says something: members, words, numbers, models, line ends', () => {
    for (const text of [
      'event: content_block_delta\r\ndata: {"type":"text_delta","text":"Grüße, 世界"}\r\n\r\n',
      '{"model":"gpt-5.4-mini-2026-03-05","usage":{"prompt_tokens":1117}}',
      '{"model":"claude-sonnet-5-5","type":"redacted_thinking_summary"}',
      'data: [DONE]\n\n',
      '{"created":1764000000,"service_tier":"default"}',
    ]) {
      expect(redacted(text)).toBe(text);
    }
  });

  it('gives the same id the same name wherever it stands, and another salt another', () => {
    const [first, second] = redacted(
      '{"id":"resp_0123456789abcdef0123"} {"response_id":"resp_0123456789abcdef0123"}',
    ).split(' ');
    expect(first?.slice(-28)).toBe(second?.slice(-28));
    const other = redact(Buffer.from('resp_0123456789abcdef0123'), { secrets: [], salt: 'b' });
    expect(first).not.toContain(other.toString());
  });

  it('keeps every byte at its place, whatever the bytes are, and no secret', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.constant(KEY))), (parts) => {
        const bytes = Buffer.from(parts.join('"'));
        const after = redact(bytes, redaction);
        expect(after).toHaveLength(bytes.length);
        expect(findSecrets(after, [KEY])).toEqual([]);
        for (const [at, byte] of bytes.entries()) {
          if (byte === 0x0a || byte === 0x0d || byte === 0x22) expect(after[at]).toBe(byte);
        }
      }),
      { seed: 5 },
    );
  });

  it('does not change what is read from a recording but its ids', () => {
    for (const recording of dialectNames.flatMap(loadRecordings)) {
      const { dialect } = recording;
      const { translatedText: _, ...expected } = recording.expected;
      const streamed = recording.stream !== null;
      const bytes = recording.stream ?? recording.answer ?? Buffer.alloc(0);
      const after = readExpected(dialect, redact(bytes, redaction), streamed);
      expect({ ...after, bodyId: null, text: '' }).toEqual({ ...expected, bodyId: null, text: '' });
    }
  });
});
