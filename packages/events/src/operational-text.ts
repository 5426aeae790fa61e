/** What may be stored, logged or published of a string that a client or an upstream chose. */
export const OPERATIONAL_TEXT: RegExp = /^[A-Za-z0-9._:/@-]{1,128}$/;

/** The text itself where it is of that grammar, else null. */
export function operationalText(text: unknown): string | null {
  return typeof text === 'string' && OPERATIONAL_TEXT.test(text) ? text : null;
}
