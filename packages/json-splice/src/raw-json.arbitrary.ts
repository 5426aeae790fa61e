import fc from 'fast-check';

/**
 * JSON texts as nobody writes them: any whitespace, any escape, repeated and escaped names. Made
 * by hand rather than by JSON.stringify, which has one way to write each value.
 */
export const whitespace = fc
  .array(fc.constantFrom(' ', '\t', '\n', '\r'), { maxLength: 3 })
  .map((parts) => parts.join(''));

const plain = fc.constantFrom(
  ...'aeiz09 :,{}[]/',
  'mod',
  'é',
  '水',
  '😀',
  '\u2028',
  '\u0085',
  '\ufeff',
  'x'.repeat(23),
  'y'.repeat(25),
  'long '.repeat(30),
);
const escaped = fc.constantFrom(
  ...[
    '\\"',
    '\\\\',
    '\\/',
    '\\b',
    '\\n',
    '\\u0041',
    '\\u0022',
    '\\u005c',
    '\\ud83d\\ude00',
    '\\ud800',
  ],
  '\\\\\\"',
  '\\\\'.repeat(13),
);

const rawString = fc
  .array(fc.oneof({ weight: 2, arbitrary: plain }, { weight: 1, arbitrary: escaped }), {
    maxLength: 6,
  })
  .map((parts) => `"${parts.join('')}"`);

/** Names that are looked for, in several spellings, and others. */
const rawName = fc.oneof(
  fc.constantFrom('"model"', '"mod\\u0065l"', '"\\u006d\\u006fdel"', '"stream"', '"\\u0073tream"'),
  fc.constantFrom('"水"', '"\\u6c34"', '"models"', '"Model"', '""', '"__proto__"', '"constructor"'),
  rawString,
);

const scalar = fc.oneof(
  rawString,
  fc.constantFrom('0', '-0', '-1.5e+10', '12345678901234567890', '1E5', 'true', 'false', 'null'),
);

export const rawValue: fc.Arbitrary<string> = fc.letrec<{ value: string; object: string }>(
  (tie) => ({
    value: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      scalar,
      tie('object'),
      fc
        .tuple(
          whitespace,
          fc.array(fc.tuple(whitespace, tie('value'), whitespace), { maxLength: 4 }),
        )
        .map(
          ([empty, values]) =>
            `[${values.length === 0 ? empty : values.map((v) => v.join('')).join(',')}]`,
        ),
    ),
    object: objectOf(tie('value')),
  }),
).value;

function objectOf(value: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const member = fc
    .tuple(whitespace, rawName, whitespace, whitespace, value, whitespace)
    .map(([a, name, b, c, text, d]) => `${a}${name}${b}:${c}${text}${d}`);
  return fc
    .tuple(whitespace, fc.array(member, { maxLength: 6 }))
    .map(([empty, members]) => `{${members.length === 0 ? empty : members.join(',')}}`);
}

const rawObject = objectOf(rawValue);

export const rawDocument = fc
  .tuple(whitespace, rawObject, whitespace)
  .map((parts) => parts.join(''));

/**
 * What a JSON text means, as plain data: objects as maps, so that no name is special. Written for
 * the tests because JSON.parse itself reads some escaped names wrongly (see `hidden-names.ts`).
 */
export function readJson(text: string): unknown {
  let at = 0;
  const skip = () => {
    while (' \t\n\r'.includes(text[at] ?? 'x')) at++;
  };
  const string = (): string => {
    const start = at++;
    while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
    return JSON.parse(text.slice(start, ++at)) as string;
  };
  const value = (): unknown => {
    skip();
    const first = text[at];
    if (first === '"') return string();
    if (first === '{') {
      const members = new Map<string, unknown>();
      for (at++, skip(); text[at] !== '}'; skip()) {
        if (text[at] === ',') at++;
        skip();
        const name = string();
        skip();
        at++;
        members.set(name, value());
      }
      at++;
      return members;
    }
    if (first === '[') {
      const elements: unknown[] = [];
      for (at++, skip(); text[at] !== ']'; skip()) {
        if (text[at] === ',') at++;
        elements.push(value());
      }
      at++;
      return elements;
    }
    const start = at;
    while (at < text.length && !',]} \t\n\r'.includes(text[at] as string)) at++;
    return JSON.parse(text.slice(start, at));
  };
  const result = value();
  skip();
  if (at !== text.length) throw new SyntaxError(`text after the value at ${at}`);
  return result;
}
