import {
  byteSize,
  durationMs,
  httpUrl,
  oneOf,
  secret,
  setting,
  whole,
} from '@fluxrouter/service-kit/config';
import { z } from 'zod';

/** Settings of provider-proxy. Credentials and addresses are two settings a provider. */
export const providerProxyConfig = z.object({
  connectTimeoutMs: setting('UPSTREAM_CONNECT_TIMEOUT', durationMs({ min: 1 }).default(10_000), {
    about: 'How long a connection to a provider may take to be made.',
    why: 'A handshake across an ocean takes under a second; ten say that nobody is there.',
  }),
  silenceMs: setting('UPSTREAM_SILENCE_TIMEOUT', durationMs({ min: 10 }).default(600_000), {
    about: 'How long a provider may be silent, before its answer and within it.',
    why: 'Reasoning models think for minutes without a byte (contract.md: 600 s).',
  }),
  connectionsMax: setting('UPSTREAM_CONNECTIONS', whole({ min: 1, max: 65_535 }).default(1024), {
    about: 'Connections to one provider at a time, for each gateway process.',
    why: 'One request holds one connection; more than this waits in line.',
  }),
  answerBytesMax: setting(
    'UPSTREAM_ANSWER_BYTES',
    byteSize({ min: 1024 }).default(64 * 1024 * 1024),
    {
      about: 'The largest answer that is not streamed, and is held in memory whole.',
      why: 'Its cost is told in a header, so all of it must be here first.',
    },
  ),
  frameBytesMax: setting('UPSTREAM_FRAME_BYTES', byteSize({ min: 1024 }).default(1024 * 1024), {
    about: 'The largest event of a stream that is read along; larger ones pass unread.',
    why: 'Memory for each stream is bounded; a whole Responses object fits.',
  }),
  onLoss: setting('TRANSLATION_LOSS', oneOf(['reject', 'allow']).default('reject'), {
    about: 'What becomes of a request that another dialect cannot carry whole: reject or allow.',
    why: 'Without its tools, their results, its files or its schema a request is another request.',
  }),
  estimateBytesMax: setting('ESTIMATE_BYTES', byteSize({ min: 1024 }).default(256 * 1024), {
    about: 'How much of an answer is kept to count its tokens where the provider reports none.',
    why: 'Beyond it the count is scaled up by length: an estimate either way.',
  }),
});

export type ProviderProxyConfig = z.infer<typeof providerProxyConfig>;

/** `<PROVIDER>_API_KEY` and `<PROVIDER>_BASE_URL`, made from the names in the catalogue. */
export function providerSettingsSchema(provider: {
  readonly displayName: string;
  readonly apiKeySetting: string;
  readonly baseUrlSetting: string;
}) {
  return z.object({
    apiKey: setting(provider.apiKeySetting, secret().optional(), {
      about: `The key for ${provider.displayName}. Without it its models are not served.`,
      why: 'Where no provider has a key, the sandbox provider stands in for all.',
    }),
    baseUrl: setting(provider.baseUrlSetting, httpUrl().optional(), {
      about: `The address of ${provider.displayName}'s API, in the manner of its own SDK.`,
      why: 'For a proxy, a region, or a stand-in.',
    }),
  });
}
