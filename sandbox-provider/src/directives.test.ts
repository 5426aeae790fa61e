import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { directiveMembers, readDirectives } from './directives.ts';

describe('reading', () => {
  test('takes the directive out of the text', () => {
    expect(readDirectives('Say hi. [[sandbox {"words": 3}]] Please.')).toEqual({
      ok: true,
      directives: { words: 3 },
      text: 'Say hi.  Please.',
    });
  });

  test('leaves a text without one as it is', () => {
    expect(readDirectives(' [[other]] ')).toEqual({
      ok: true,
      directives: {},
      text: ' [[other]] ',
    });
  });

  test('is not misled by ]] inside the JSON', () => {
    const directive = { text: 'a ]] b [[x]]', failModels: ['m'] };
    const reading = readDirectives(`[[sandbox ${JSON.stringify(directive)}]]tail`);
    expect(reading).toEqual({ ok: true, directives: directive, text: 'tail' });
  });

  test('adds up several, the last one of a member counts', () => {
    const reading = readDirectives('[[sandbox {"words":1,"chunks":2}]] x [[sandbox {"words":3}]]');
    expect(reading).toMatchObject({ directives: { words: 3, chunks: 2 }, text: 'x' });
  });
});

describe('refusing', () => {
  test.each([
    ['[[sandbox {"word": 1}]]', /Unknown sandbox directive 'word'.*Known:.* words,/],
    ['[[sandbox {"toString": 1}]]', /Unknown/],
    ['[[sandbox {"words": "1"}]]', /'words' takes: count/],
    ['[[sandbox {"die": {"afterChunks": 1}}]]', /'die' takes/],
    ['[[sandbox {"die": {"afterChunks": 1, "how": "end", "x": 1}}]]', /'die' takes/],
    ['[[sandbox {"usage": "some"}]]', /'usage' takes: normal, none/],
    ['[[sandbox {"tokens": {"inputs": 1}}]]', /'tokens' takes/],
    ['[[sandbox {"status": 200}]]', /'status' takes/],
    ['[[sandbox {"mark": "two words"}]]', /'mark' takes/],
    ['[[sandbox {"failTimes": 1}]]', /needs a 'failKey'/],
    ['[[sandbox {"words": 1]]', /not a JSON object/],
    ['[[sandbox [1]]]', /not a JSON object/],
    ['[[sandbox', /not a JSON object/],
  ])('%s', (text, problem) => {
    expect(readDirectives(text)).toEqual({ ok: false, problem: expect.stringMatching(problem) });
  });
});

test('the README has a row for each member, in this order', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  // The formatter pads the columns.
  const rows = readme.replaceAll(/ +/g, ' ').match(/^\| `\w+` \|.*\|$/gm);
  const expected = Object.entries(directiveMembers).map(
    ([name, { takes, does }]) => `| \`${name}\` | ${takes} | ${does} |`,
  );
  expect(rows).toEqual(expected);
});
