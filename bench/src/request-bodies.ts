const bodyBytes = 2048;

/** The sandbox answers this prompt from a template: it is no part of what is measured. */
const prompt = { role: 'user', content: 'bench' };

/** A conversation of 2 KB for flux-auto, as the OpenAI SDK writes it. */
export function requestBody(options: { readonly stream: boolean }): string {
  const withSystem = (content: string) =>
    JSON.stringify({
      model: 'flux-auto',
      messages: [{ role: 'system', content }, prompt],
      ...(options.stream ? { stream: true } : {}),
    });
  const sentence = 'You are a careful assistant and answer in plain words. ';
  const room = bodyBytes - withSystem('').length;
  return withSystem(sentence.repeat(Math.ceil(room / sentence.length)).slice(0, room));
}

/** Content chunks in one answer of the sandbox to a streamed request. */
export const chunksPerStream = 100;
