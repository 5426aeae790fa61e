import type { Kept } from './kept-data.ts';

// Words of clients and upstreams are put in every place that takes words. Each is a word of its own,
// and most would pass for a name or an id: it is the place that makes them content.
export const words = new Map<string, string>();
const MARK = 'zqcanarywords';

export function canary(place: string): string {
  const known = words.get(place);
  if (known !== undefined) return known;
  const word = `${MARK}${(words.size + 1).toString(36).padStart(2, '0')}x${place.replaceAll(/[^a-z]/g, '')}vk`;
  words.set(place, word);
  return word;
}

/** How a word may lie in bytes. */
function forms(word: string): Buffer[] {
  const base64 = [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), Buffer.from(word)]).toString('base64');
    // What a neighbour would change is left out.
    return Buffer.from(text.slice(shift === 0 ? 0 : 4, text.length - 4));
  });
  return [
    Buffer.from(word),
    Buffer.from(word, 'utf16le'),
    Buffer.from(Buffer.from(word).toString('hex')),
    ...base64,
  ];
}

/** Which of the words are kept, and where. */
export function found(kept: readonly Kept[], searched: ReadonlyMap<string, string>): string[] {
  return kept.flatMap(({ place, bytes }) =>
    [...searched]
      .filter(([, word]) => forms(word).some((form) => bytes.includes(form)))
      .map(([what]) => `${what} in ${place}`),
  );
}

/** All words have one beginning: where that is not, none is. */
export function foundCanaries(kept: readonly Kept[]): string[] {
  const marked = kept.filter(({ bytes }) => forms(MARK).some((form) => bytes.includes(form)));
  return marked.flatMap((each) => {
    const which = found([each], words);
    return which.length > 0 ? which : [`a word that was cut in ${each.place}`];
  });
}
