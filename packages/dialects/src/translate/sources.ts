import type { Source } from '@fluxrouter/conversation';

const DATA_URL = /^data:([^;,]{0,128})((?:;[^;,]{0,64}){0,4}?);base64,/;

/** `data:<type>;base64,…` taken apart; any other address as it is. */
export function sourceOf(url: string): Source {
  if (!url.startsWith('data:')) return { at: 'url', url };
  const match = DATA_URL.exec(url);
  // Parameters of a media type have no place in the other dialects.
  if (match === null || match[2] !== '') return { at: 'url', url };
  return { at: 'data', mediaType: match[1] as string, data: url.slice(match[0].length) };
}

/** The address of a source; null for what is kept at a provider. */
export function urlOf(source: Source): string | null {
  switch (source.at) {
    case 'data':
      return `data:${source.mediaType};base64,${source.data}`;
    case 'url':
      return source.url;
    case 'id':
      return null;
  }
}

/** An answer's id in another dialect's manner, so that both can be told from each other. */
export function restampId(id: string, prefix: string): string {
  return prefix + id.replace(/^(?:chatcmpl-|gen-|msg_|resp_)/, '');
}
