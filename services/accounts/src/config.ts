import { durationMs, secret, setting } from '@fluxrouter/service-kit/config';
import { z } from 'zod';

export const accountsConfig = z.object({
  keyPepper: setting('KEY_PEPPER', secret({ minLength: 32 }), {
    about:
      'The secret under which keys are hashed (HMAC-SHA-256). Losing it makes all keys useless.',
    why: 'A stolen table of hashes opens nothing. `npm start` makes one and keeps it in DATA_DIR.',
  }),
  answerTimeoutMs: setting('ACCOUNTS_ANSWER_TIMEOUT', durationMs({ min: 100 }).default(4000), {
    about: 'How long a command may take to be read back from the account log.',
    why: 'Less than the 5 s that a caller waits, so that it hears why.',
  }),
});
