import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editMembers, insertMember, removeMember, replaceValue } from './edit-object.ts';
import { wantedNames } from './names.ts';
import { rawValue, readJson, whitespace } from './raw-json.arbitrary.ts';
import { type MemberSpan, memberOf, type ObjectScan, scanObject } from './scan-object.ts';
import { splice } from './splice.ts';

const names = ['a', 'b', 'c', 'd', 'e'];
const wanted = wantedNames(names);

function scan(bytes: Buffer): ObjectScan {
  const result = scanObject(bytes, { wanted, maxDepth: 1000 });
  if (!result.ok) throw new Error(result.reason);
  return result;
}

function member(found: ObjectScan, name: string): MemberSpan {
  const span = memberOf(found, name);
  if (span === undefined) throw new Error(`no ${name}`);
  return span;
}

const document = fc
  .tuple(
    fc.subarray(names, { minLength: 0 }),
    fc.array(fc.tuple(whitespace, whitespace, rawValue, whitespace), {
      minLength: names.length,
      maxLength: names.length,
    }),
    whitespace,
  )
  .map(([present, raw, edge]) => {
    const members = present.map((name, i) => {
      const [a, b, value, c] = raw[i] as [string, string, string, string];
      return `${a}"${name}"${b}:${a}${value}${c}`;
    });
    return { present, text: `${edge}{${edge}${members.join(',')}${edge}}` };
  });

describe('editMembers', () => {
  it('removes and inserts any members together and leaves the others as they were', () => {
    fc.assert(
      fc.property(
        document,
        fc.subarray(names),
        fc.integer({ min: 0, max: 2 }),
        (doc, out, count) => {
          const bytes = Buffer.from(doc.text);
          const found = scan(bytes);
          const removed = doc.present.filter((name) => out.includes(name));
          const insert = ['x', 'y'].slice(0, count).map((name) => ({ name, json: '[1]' }));
          const edits = editMembers(
            found,
            removed.map((name) => member(found, name)).reverse(),
            insert,
          );
          const result = splice(bytes, edits).toString();
          const expected = readJson(doc.text) as Map<string, unknown>;
          for (const name of removed) expected.delete(name);
          for (const { name } of insert) expected.set(name, [1]);
          expect([...(readJson(result) as Map<string, unknown>)]).toEqual([...expected]);
        },
      ),
      { numRuns: 500, seed: 42 },
    );
  });

  it('replaces a value and nothing else', () => {
    fc.assert(
      fc.property(document, (doc) => {
        fc.pre(doc.present.length > 0);
        const bytes = Buffer.from(doc.text);
        const span = member(scan(bytes), doc.present[0] as string);
        const result = splice(bytes, [replaceValue(span, '"new"')]);
        const before = bytes.toString('utf8', 0, span.valueStart);
        const after = bytes.toString('utf8', span.valueEnd);
        expect(result.toString()).toBe(`${before}"new"${after}`);
      }),
      { numRuns: 300, seed: 43 },
    );
  });

  it.each([
    ['{}', '{"x":1}'],
    ['{ }', '{ "x":1}'],
    ['{"a":1}', '{"a":1,"x":1}'],
    ['{"a":1 }\n', '{"a":1 ,"x":1}\n'],
  ])('inserts into %j', (text, expected) => {
    const bytes = Buffer.from(text);
    expect(splice(bytes, [insertMember(scan(bytes), 'x', '1')]).toString()).toBe(expected);
  });

  it.each([
    ['{"a":1}', '{}'],
    ['{"a":1,"z":2}', '{"z":2}'],
    ['{"z":2, "a":1}', '{"z":2}'],
    ['{"y":2 , "a" : 1 , "z":3}', '{"y":2  , "z":3}'],
  ])('removes a member of %j with one comma', (text, expected) => {
    const bytes = Buffer.from(text);
    expect(splice(bytes, [removeMember(member(scan(bytes), 'a'))]).toString()).toBe(expected);
  });
});

describe('splice', () => {
  it('is the same buffer where there is nothing to do', () => {
    const bytes = Buffer.from('{}');
    expect(splice(bytes, [])).toBe(bytes);
  });

  it('takes strings as UTF-8 and buffers as they are, in any order', () => {
    const bytes = Buffer.from('abcdef');
    const result = splice(bytes, [
      { start: 4, end: 4, replacement: Buffer.from([0xff]) },
      { start: 1, end: 3, replacement: '水' },
    ]);
    expect(result).toEqual(
      Buffer.concat([Buffer.from('a水d'), Buffer.from([0xff]), Buffer.from('ef')]),
    );
  });

  it('refuses edits that overlap or lie outside', () => {
    const bytes = Buffer.from('abc');
    const edit = (start: number, end: number) => ({ start, end, replacement: '' });
    expect(() => splice(bytes, [edit(0, 2), edit(1, 3)])).toThrow(RangeError);
    expect(() => splice(bytes, [edit(2, 4)])).toThrow(RangeError);
    expect(() => splice(bytes, [edit(2, 1)])).toThrow(RangeError);
  });
});
