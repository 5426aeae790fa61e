import { operationalText } from '@fluxrouter/events';

// Reasons and notes are sentences of ours: printable, short, made of closed lists and indexes.
const SENTENCE = /^[\x20-\x7e]{1,256}$/;

/**
 * The last check before a text is stored: what breaks its grammar is left out and counted. Producers
 * have checked already; a row without a name is better than one with somebody's words in it.
 */
export class StoredText {
  withheld = 0;

  readonly name = (text: string): string => this.#checked(text, operationalText(text) !== null);

  readonly sentence = (text: string): string => this.#checked(text, SENTENCE.test(text));

  #checked(text: string, fits: boolean): string {
    if (fits || text === '') return text;
    this.withheld += 1;
    return '';
  }
}
