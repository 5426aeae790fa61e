import { operationalText } from '@fluxrouter/events';

// What comes from closed lists of ours (`Daily Driver`, a reason): printable and short.
const LISTED = /^[\x20-\x7e]{1,256}$/;

/**
 * The last check before a text is stored: what breaks its grammar is left out and counted. Producers
 * have checked already; a row without a name is better than one with somebody's words in it.
 */
export class StoredText {
  withheld = 0;

  /** What a client or an upstream chose. */
  readonly chosen = (text: string): string => this.#checked(text, operationalText(text) !== null);

  readonly listed = (text: string): string => this.#checked(text, LISTED.test(text));

  #checked(text: string, fits: boolean): string {
    if (fits || text === '') return text;
    this.withheld += 1;
    return '';
  }
}
