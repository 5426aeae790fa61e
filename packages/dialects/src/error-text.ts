/**
 * What looks like a key: a known prefix or a bearer token, then enough of an alphabet with a digit or
 * a mask in it, so that "organization" stays a word.
 */
const KEYS =
  /\b(?:sk|pk|rk|xai|gsk|key|AIza|ya29|ghp|org|proj|req|acct)(?=[A-Za-z_.-]*[\d*])[-_.]?[A-Za-z0-9_*.-]{8,}|\bBearer\s+\S+|\bAIza[\w-]{10,}/g;
const ADDRESSES =
  /\b[a-z][a-z0-9+.-]*:\/\/[^\s"'<>)\]]+|\b(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?\b|\b(?:[a-z0-9-]+\.)+(?:com|ai|io|net|org|dev|cn|internal|local)\b(?::\d+)?(?:\/[^\s"'<>)\]]*)?/gi;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
const CONTROL = /[\u0000-\u001f\u007f]+/g;
const MOST_CHARACTERS = 1_000;

/**
 * A vendor's sentence as the client who caused it may read it: without keys, ids of ours at the
 * vendor, hosts and addresses. It may still quote the prompt, so it goes to nobody else.
 */
export function clientSafe(message: string): string {
  const text = message
    .slice(0, MOST_CHARACTERS * 4)
    .replace(ADDRESSES, '[address]')
    .replace(KEYS, '[removed]')
    .replace(CONTROL, ' ')
    .trim();
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;
}

/** Whether a text has what `clientSafe` would take out: keys, ids of ours at the vendor, addresses. */
export function holdsSecrets(text: string): boolean {
  return text.search(KEYS) >= 0 || text.search(ADDRESSES) >= 0;
}

/** A vendor's `type` or `code`, where it is a word and no sentence. */
export function vendorWord(value: unknown): string | null {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  return typeof value === 'string' && /^[A-Za-z0-9_.-]{1,64}$/.test(value) ? value : null;
}

/** A vendor's path to a field. */
export function vendorParam(value: unknown): string | null {
  return typeof value === 'string' && /^[A-Za-z0-9_.[\]$-]{1,128}$/.test(value) ? value : null;
}

/** Every message that leaves us ends so, in every dialect. */
export function withRequestId(message: string, requestId: string): string {
  return `${message} (request ${requestId})`;
}
