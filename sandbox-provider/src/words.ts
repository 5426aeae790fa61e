const vocabulary =
  'amber basin cedar delta ember fjord grove harbor island juniper kettle lantern meadow north ' +
  'orchard pebble quarry river summit timber upland valley willow yonder';
const words = vocabulary.split(' ');

/** The sandbox's tokenizer: each word costs one token for every four characters begun. */
export function countTokens(text: string): number {
  let tokens = 0;
  let run = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text.charCodeAt(at) <= 32) {
      run = 0;
    } else {
      if (run % 4 === 0) tokens += 1;
      run += 1;
    }
  }
  return tokens;
}

/** The longest prefix of `text` that costs at most `limit` tokens. */
export function cutToTokens(text: string, limit: number): string {
  let tokens = 0;
  let run = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text.charCodeAt(at) <= 32) {
      run = 0;
      continue;
    }
    if (run % 4 === 0) {
      tokens += 1;
      if (tokens > limit) return text.slice(0, wholeCharacters(text, at));
    }
    run += 1;
  }
  return text;
}

/** Word `index` of an endless, always equal text. */
function wordAt(index: number): string {
  return words[index % words.length] ?? 'amber';
}

/** The first `count` words of that text. */
export function deterministicWords(count: number): string {
  const taken: string[] = [];
  for (let index = 0; index < count; index += 1) taken.push(wordAt(index));
  return taken.join(' ');
}

/** An endless supply of deltas, a word each. */
export function* endlessWords(): Generator<string> {
  for (let index = 0; ; index += 1) yield `${wordAt(index)} `;
}

/** Pads with deterministic words to exactly `bytes` bytes of UTF-8; longer text stays as it is. */
export function padToBytes(text: string, bytes: number): string {
  const missing = bytes - Buffer.byteLength(text);
  if (missing <= 0) return text;
  const period = ` ${vocabulary}`;
  return text + period.repeat(Math.ceil(missing / period.length)).slice(0, missing);
}

/** One delta a word, each with the blank that follows it. */
export function splitIntoWords(text: string): string[] {
  return text.match(/\s*\S+\s*/g) ?? (text === '' ? [] : [text]);
}

/** `count` deltas: of whole words where there are enough of them, else of equal length. */
export function splitIntoChunks(text: string, count: number): string[] {
  const words = splitIntoWords(text);
  if (words.length < count) return splitEvenly(text, count);
  return Array.from({ length: count }, (_, index) => {
    const from = Math.floor((words.length * index) / count);
    const to = Math.floor((words.length * (index + 1)) / count);
    return words.slice(from, to).join('');
  });
}

/** `count` pieces of nearly equal length; fewer where the text has fewer characters. */
export function splitEvenly(text: string, count: number): string[] {
  const pieces: string[] = [];
  let from = 0;
  for (let index = 1; index <= count; index += 1) {
    const to = index === count ? text.length : Math.floor((text.length * index) / count);
    const end = wholeCharacters(text, to);
    if (end > from) pieces.push(text.slice(from, end));
    from = Math.max(from, end);
  }
  return pieces;
}

/** The nearest place at or before `at` that splits no character in two. */
export function wholeCharacters(text: string, at: number): number {
  const before = text.charCodeAt(at - 1);
  const splitsPair = before >= 0xd800 && before <= 0xdbff && at < text.length;
  return splitsPair ? at - 1 : at;
}
