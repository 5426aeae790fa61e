import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wantedNames } from './names.ts';
import { rawDocument, rawValue, readJson, whitespace } from './raw-json.arbitrary.ts';
import { scanMembers, spansFor } from './scan-members.ts';
import { memberOf, type ObjectScan, scanObject } from './scan-object.ts';

const wanted = wantedNames(['model', 'stream', '水', 'absent']);
const runs = { numRuns: 800, seed: 20261121 };

function scan(text: string): ObjectScan {
  const result = scanObject(Buffer.from(text), { wanted, maxDepth: 1000 });
  if (!result.ok) throw new Error(`${result.reason} at ${result.at}`);
  return result;
}

describe('scanObject, for whatever JSON.parse accepts', () => {
  it('finds the value that a parser keeps, wherever and however it is written', () => {
    fc.assert(
      fc.property(rawDocument, (text) => {
        const bytes = Buffer.from(text);
        JSON.parse(text);
        const parsed = readJson(text) as Map<string, unknown>;
        const found = scan(text);
        for (const name of wanted.names) {
          const member = memberOf(found, name);
          expect(member !== undefined).toBe(parsed.has(name));
          if (member === undefined) continue;
          const value = bytes.toString('utf8', member.valueStart, member.valueEnd);
          expect(readJson(value)).toEqual(parsed.get(name));
          expect(value).toBe(trimJson(value));
          const whole = bytes.toString('utf8', member.nameStart, member.valueEnd);
          expect(readJson(`{${whole}}`)).toEqual(new Map([[name, parsed.get(name)]]));
        }
        expect(bytes.toString('utf8', found.objectStart, found.objectEnd)).toBe(trimJson(text));
        expect(found.empty).toBe(found.memberCount === 0);
        expect(found.memberCount).toBeGreaterThanOrEqual(parsed.size);
      }),
      runs,
    );
  });

  it('agrees with the scan that allocates nothing', () => {
    const spans = spansFor(wanted);
    fc.assert(
      fc.property(whitespace, rawDocument, (before, text) => {
        const bytes = Buffer.from(before + text);
        const found = scanObject(bytes, { wanted, maxDepth: 1000 });
        if (!found.ok) throw new Error(found.reason);
        expect(scanMembers(bytes, found.objectStart, wanted, spans)).toBe(found.objectEnd);
        found.members.forEach((member, i) => {
          expect([spans[2 * i], spans[2 * i + 1]]).toEqual([
            member?.valueStart ?? -1,
            member?.valueEnd ?? -1,
          ]);
        });
      }),
      runs,
    );
  });

  it('scans an object inside another text when given its offset', () => {
    fc.assert(
      fc.property(rawValue, rawDocument, (other, text) => {
        const prefix = `[${other},`;
        const bytes = Buffer.from(`${prefix}${text.trimStart()},${other}]`);
        const inner = scanObject(bytes, { wanted, maxDepth: 1000 }, Buffer.byteLength(prefix));
        const outer = scan(text.trimStart());
        if (!inner.ok) throw new Error(inner.reason);
        const shift = Buffer.byteLength(prefix);
        expect(inner.objectEnd).toBe(outer.objectEnd + shift);
        expect(inner.members.map((m) => m?.valueStart)).toEqual(
          outer.members.map((m) => m && m.valueStart + shift),
        );
      }),
      { ...runs, numRuns: 500 },
    );
  });

  it('never throws and never loops on bytes that are no JSON', () => {
    const byte = fc.oneof(
      fc.constantFrom(...Buffer.from('{}[]":,\\ntrue 0')),
      fc.integer({ min: 0, max: 255 }),
    );
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 60 }), (values) => {
        const bytes = Buffer.from([0x7b, ...values]);
        const result = scanObject(bytes, { wanted, maxDepth: 10 });
        if (result.ok) expect(result.objectEnd).toBeLessThanOrEqual(bytes.length);
        else expect(result.at).toBeLessThanOrEqual(bytes.length);
      }),
      runs,
    );
  });

  it('calls every cut document truncated or malformed, never whole', () => {
    fc.assert(
      fc.property(rawDocument, fc.nat(), (text, cut) => {
        const whole = trimJson(text);
        const bytes = Buffer.from(whole);
        const part = bytes.subarray(0, cut % bytes.length);
        expect(scanObject(part, { wanted, maxDepth: 1000 }).ok).toBe(false);
      }),
      runs,
    );
  });
});

/** `trim` also takes a byte order mark and U+2028, which are no JSON whitespace. */
function trimJson(text: string): string {
  return text.replace(/^[ \t\n\r]+|[ \t\n\r]+$/g, '');
}

describe('names that do not look like themselves', () => {
  const plain = (text: string) => scan(text).plainNames;

  it('tells them at any depth', () => {
    expect(plain('{"mod\\u0065l":1}')).toBe(false);
    expect(plain('{"tools":[{"a":1,"\\u0074ype" : "web_search"}]}')).toBe(false);
    expect(plain('{"tools":[{"\\u005fa":1}]}')).toBe(false);
    expect(plain('{"a":"\\u0041","previous_response_i\\u0064":1}')).toBe(false);
  });

  it('does not mind escapes that encoders write, nor escapes in values', () => {
    expect(plain('{"a":"\\u0074ype","b":["\\u0074ype"]}')).toBe(true);
    expect(plain('{"\\u540d\\u524d":1,"a\\u003cb":"\\u003c","\\n":2,"\\"":3}')).toBe(true);
    expect(plain('{"\\\\u0074ype":1,"x":"\\u0001"}')).toBe(true);
  });

  it('sees the first escape of every name that anything here looks for', () => {
    for (let length = 1; length <= 24; length++) {
      const name = `${'n'.repeat(length - 1)}\\u0061`;
      expect(plain(`{"x":{"${name}":1}}`)).toBe(false);
    }
  });

  it('is why: JSON.parse gives such a member a wrong name', () => {
    // When this fails, V8 is mended, and the check can go with it.
    JSON.parse('[{"hiddenName":1,"\\\\u00":1}]');
    const parsed = JSON.parse('[{"hiddenName":1,"\\u0074ype":1}]') as object[];
    expect(Object.keys(parsed[0] ?? {})).not.toContain('type');
  });
});

describe('scanObject', () => {
  it('counts depth as a reader of the text would', () => {
    expect(scan('{}').depth).toBe(1);
    expect(scan('{"a":1}').depth).toBe(1);
    expect(scan('{"a":[]}').depth).toBe(2);
    expect(scan('{"a":[[{}]],"b":{}}').depth).toBe(4);
    expect(scan('{"a":"[[[[[["}').depth).toBe(1);
  });

  it('refuses what is nested deeper than allowed, and nothing that is not', () => {
    const options = { wanted, maxDepth: 3 };
    expect(scanObject(Buffer.from('{"a":[[1]]}'), options).ok).toBe(true);
    expect(scanObject(Buffer.from('{"a":[[[1]]]}'), options)).toMatchObject({ reason: 'too_deep' });
    const deep = `{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
    expect(scanObject(Buffer.from(deep), options)).toMatchObject({ reason: 'too_deep' });
  });

  it('names the wanted members that are given twice, in any spelling', () => {
    expect(scan('{"model":1,"x":1,"x":2,"mod\\u0065l":2}').duplicates).toEqual(['model']);
    expect(scan('{"model":1,"models":2}').duplicates).toEqual([]);
  });

  it('does not look for members in nested objects', () => {
    expect(memberOf(scan('{"a":{"model":"inner"}}'), 'model')).toBeUndefined();
    expect(memberOf(scan('{"a":"\\"model\\":1"}'), 'model')).toBeUndefined();
  });

  it.each([
    ['', 'not_an_object'],
    ['[]', 'not_an_object'],
    ['"{}"', 'not_an_object'],
    ['\ufeff{}', 'not_an_object'],
    ['{', 'truncated'],
    ['{"a"', 'truncated'],
    ['{"a":"\\', 'truncated'],
    ['{"a":"\\"', 'truncated'],
    ['{"a":[1,{"b":2}', 'truncated'],
    ['{} x', 'trailing_bytes'],
    ['{}{}', 'trailing_bytes'],
    ['{"a":1,}', 'malformed'],
    ['{a:1}', 'malformed'],
    ['{"a" 1}', 'malformed'],
    ["{'a':1}", 'malformed'],
  ])('says what is wrong with %j: %s', (text, reason) => {
    expect(scanObject(Buffer.from(text), { wanted, maxDepth: 10 })).toMatchObject({
      ok: false,
      reason,
    });
  });
});
