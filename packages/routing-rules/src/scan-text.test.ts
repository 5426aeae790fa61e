import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countTokenHundredths } from './code-units.ts';
import { scanText, TextCounter } from './scan-text.ts';

/** Any text at all, lone surrogates included. */
const codeUnits = fc
  .array(fc.nat({ max: 0xffff }), { maxLength: 400 })
  .map((units) => String.fromCharCode(...units));

function factsOf(...texts: string[]) {
  const counter = new TextCounter();
  for (const text of texts) scanText(text, counter);
  return counter.finish();
}

describe('scanText', () => {
  it('counts words, numbers, signs and sentences', () => {
    expect(factsOf('It costs 3.50 or 1,000, not 7. Does a+b=c hold? Yes!')).toMatchObject({
      words: 10,
      numbers: 3,
      questionMarks: 1,
      mathSigns: 2,
      lines: 1,
    });
  });

  it('counts list items and lines of code', () => {
    const text = 'Fix:\n- one\n2. two\nB) three\n```ts\nif (prove) compile();\n```\nend';
    expect(factsOf(text)).toMatchObject({ lines: 8, listItems: 3, codeLines: 1 });
  });

  it('finds ideas whatever the case, and each of them once', () => {
    const once = factsOf('compare').ideas.analysis;
    expect(once).toBe(1);
    expect(factsOf('COMPARE').ideas.analysis).toBe(once);
    expect(factsOf('compare it, comparing the comparison of '.repeat(9)).ideas.analysis).toBe(once);
  });

  it('does not take pasted code for the words of the user', () => {
    expect(factsOf('```\nprove theorem\n```').ideas.proof).toBe(0);
  });

  it('looks for words where the user writes: at the beginning and at the end of a long text', () => {
    const page = 'lorem ipsum dolor sit amet '.repeat(80);
    expect(factsOf(`prove it: ${page}`).ideas.proof).toBe(1);
    expect(factsOf(`${page}\n\nCan you prove it?`).ideas.proof).toBe(1);
    expect(factsOf(`${page}\n\nProve the above.`).ideas.proof).toBe(1);
    expect(factsOf(`${page} prove it ${page}`).ideas.proof).toBe(0);
  });

  it('adds parts up as one turn', () => {
    const parts = factsOf('Prove this.', 'Then compare.');
    expect(parts).toMatchObject({ words: 4, ideas: { proof: 1, analysis: 1 } });
  });

  it('knows CJK, its question mark and other scripts', () => {
    expect(factsOf('证明这个定理?为什么？')).toMatchObject({
      cjkChars: 9,
      words: 4,
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
        const counter = new TextCounter();
        scanText(text, counter);
        expect(counter.tokenHundredths).toBe(countTokenHundredths(text));
      }),
      { seed: 12 },
    );
  });

  it('takes a word with and without accents, composed and decomposed, for one', () => {
    for (const word of ['démontrer', 'demontrer', 'DÉMONTRER', 'démontrer'.normalize('NFD')]) {
      expect(factsOf(`${word} cela`)).toMatchObject({ words: 2, ideas: { proof: 1 } });
    }
    expect(factsOf('정렬'.normalize('NFD')).ideas).toEqual(factsOf('정렬').ideas);
    expect(factsOf('プログラム'.normalize('NFD')).ideas).toEqual(factsOf('プログラム').ideas);
  });

  it('counts nothing of a run of keywords', () => {
    const stuffing = 'algorithm theorem kubernetes python matrix kernel encryption '.repeat(3);
    const { ideas } = factsOf(`Where does the ferry go? ${stuffing}`);
    expect(ideas).toMatchObject({ code: 0, proof: 0, systems: 0 });
  });

  it('tells C++ and C# from the letter C', () => {
    expect(factsOf('Is C++ faster?').ideas.code).toBe(1);
    expect(factsOf('Is C# faster?').ideas.code).toBe(1);
    expect(factsOf('Is C faster?').ideas.code).toBe(0);
  });
});
