import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countTokenHundredths, finishText, newTextCounter, scanText } from './scan-text.ts';

/** Any text at all, lone surrogates included. */
const codeUnits = fc
  .array(fc.nat({ max: 0xffff }), { maxLength: 400 })
  .map((units) => String.fromCharCode(...units));

function factsOf(...texts: string[]) {
  const counter = newTextCounter();
  for (const text of texts) scanText(text, counter);
  return finishText(counter);
}

describe('scanText', () => {
  it('counts words, numbers, signs and sentences', () => {
    expect(factsOf('It costs 3.50 or 1,000, not 7. Does a+b=c hold? Yes!')).toMatchObject({
      words: 10,
      numbers: 3,
      questionMarks: 1,
      mathSigns: 2,
      sentences: 3,
      lines: 1,
    });
  });

  it('counts list items and lines of code', () => {
    const text = 'Fix:\n- one\n2. two\nB) three\n```ts\nif (prove) compile();\n```\nend';
    expect(factsOf(text)).toMatchObject({ lines: 8, listItems: 3, codeFences: 2, codeLines: 1 });
  });

  it('finds ideas whatever the case, and each of them once', () => {
    const once = factsOf('compare').ideas.analysis;
    expect(once).toBe(1);
    expect(factsOf('COMPARE').ideas.analysis).toBe(once);
    expect(factsOf('compare, comparing comparison '.repeat(9)).ideas.analysis).toBe(once);
  });

  it('does not take pasted code for the words of the user', () => {
    expect(factsOf('```\nprove theorem\n```').ideas.math).toBe(0);
  });

  it('looks for words where the user writes: at the beginning and at the end of a long text', () => {
    const page = 'lorem ipsum dolor sit amet '.repeat(80);
    expect(factsOf(`prove it: ${page}`).ideas.math).toBe(1);
    expect(factsOf(`${page} prove it`).ideas.math).toBe(1);
    expect(factsOf(`${page} prove it ${page}`).ideas.math).toBe(0);
  });

  it('adds parts up as one turn', () => {
    const parts = factsOf('Prove this.', 'Then compare.');
    expect(parts).toMatchObject({ words: 4, sentences: 2, ideas: { math: 1, analysis: 1 } });
  });

  it('knows CJK, its question mark and other scripts', () => {
    expect(factsOf('证明这个定理?为什么？')).toMatchObject({
      cjkChars: 10,
      words: 5,
      questionMarks: 2,
    });
    expect(factsOf('Докажи теорему').words).toBe(2);
    expect(factsOf('Докажи').words).toBe(1);
  });

  it('estimates tokens near what tokenizers say', () => {
    const english = 'The quick brown fox jumps over the lazy dog and runs into the forest. ';
    expect(factsOf(english.repeat(10)).tokensEstimate).toBeGreaterThan(110);
    expect(factsOf(english.repeat(10)).tokensEstimate).toBeLessThan(190);
    const chinese = '我们需要在下周之前完成这个项目的设计和测试。';
    expect(factsOf(chinese).tokensEstimate).toBeGreaterThan(11);
    expect(factsOf(chinese).tokensEstimate).toBeLessThan(27);
  });

  it('measures the tokens of scored and unscored text alike', () => {
    fc.assert(
      fc.property(codeUnits, (text) => {
        const counter = newTextCounter();
        scanText(text, counter);
        const difference = Math.abs(counter.tokenHundredths - countTokenHundredths(text));
        // The scan sees the end of a text as a line's; spaces beyond ASCII are free there.
        expect(difference).toBeLessThanOrEqual(30 + 45 * text.length);
      }),
      { seed: 12 },
    );
    fc.assert(
      fc.property(fc.string({ maxLength: 120 }), (text) => {
        const counter = newTextCounter();
        scanText(text, counter);
        expect(counter.tokenHundredths).toBe(countTokenHundredths(text) + 30);
      }),
      { seed: 13 },
    );
  });
});
