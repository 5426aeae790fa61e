import ar from '../data/lexicon/ar.json' with { type: 'json' };
import de from '../data/lexicon/de.json' with { type: 'json' };
import en from '../data/lexicon/en.json' with { type: 'json' };
import es from '../data/lexicon/es.json' with { type: 'json' };
import fr from '../data/lexicon/fr.json' with { type: 'json' };
import hi from '../data/lexicon/hi.json' with { type: 'json' };
import it from '../data/lexicon/it.json' with { type: 'json' };
import ja from '../data/lexicon/ja.json' with { type: 'json' };
import ko from '../data/lexicon/ko.json' with { type: 'json' };
import pt from '../data/lexicon/pt.json' with { type: 'json' };
import ru from '../data/lexicon/ru.json' with { type: 'json' };
import tr from '../data/lexicon/tr.json' with { type: 'json' };
import vi from '../data/lexicon/vi.json' with { type: 'json' };
import zh from '../data/lexicon/zh.json' with { type: 'json' };
import type { WordFamily } from './facts.ts';

/**
 * A language's words by family and idea: `word`, `stem*` (any ending, from four letters on), `two_words` (beside each
 * other), or two to four CJK signs (anywhere). Case and accents do not matter. Several words of an idea are one idea,
 * in whatever languages.
 */
export type LexiconWords = Partial<Readonly<Record<WordFamily, Readonly<Record<string, string>>>>>;

/** By language; English first, whose ideas are the ideas of all. */
export type LexiconData = Readonly<Record<string, LexiconWords>>;

/** The words that ship with this version: part of the policy, and of its hash. */
export const lexiconData: LexiconData = {
  en,
  de,
  fr,
  es,
  pt,
  it,
  ru,
  zh,
  ja,
  ko,
  ar,
  hi,
  tr,
  vi,
};
