const bodyBytes = 2048;

/** Content chunks in each streamed answer of the sandbox. */
export const chunksPerStream = 100;
const pacedChunkMs = 4;

/** The sandbox answers this prompt from a template: it is no part of what is measured. */
const templated = 'bench';

/** The same number of chunks, each sent by itself, as models send them. */
const paced = `[[sandbox {"words":${chunksPerStream},"chunks":${chunksPerStream},"chunkDelayMs":${pacedChunkMs}}]]`;

export const requestBodies = {
  whole: requestBody(templated, false),
  /** Ten chunks a packet. */
  stream: requestBody(templated, true),
  /** One chunk a packet. */
  pacedStream: requestBody(paced, true),
} as const;

/** A conversation of 2 KB for flux-auto, as the OpenAI SDK writes it. */
function requestBody(prompt: string, stream: boolean): string {
  const withSystem = (content: string) =>
    JSON.stringify({
      model: 'flux-auto',
      messages: [
        { role: 'system', content },
        { role: 'user', content: prompt },
      ],
      ...(stream ? { stream } : {}),
    });
  const sentence = 'You are a careful assistant and answer in plain words. ';
  const room = bodyBytes - withSystem('').length;
  return withSystem(sentence.repeat(Math.ceil(room / sentence.length)).slice(0, room));
}
