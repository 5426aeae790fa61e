import { durationMs, secret, setting, text } from '@fluxrouter/service-kit/config';
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
  firstAccountCommand: setting('FIRST_ACCOUNT_COMMAND', commandId().optional(), {
    about: 'Id of the command that makes the first account; the account has the same ULID.',
    why: '`npm start` makes an account for the newcomer. Unset: none is made.',
  }),
  firstKeyCommand: setting('FIRST_KEY_COMMAND', commandId().optional(), {
    about: 'Id of the command that makes the first key.',
    why: 'The same at every start, so that the key is made once.',
  }),
  firstKey: setting('FIRST_KEY', secret({ minLength: 32 }).optional(), {
    about: 'The first key itself; only its hash is kept by accounts.',
    why: '`npm start` keeps it in DATA_DIR/secrets.json, to show it at every start.',
  }),
});

function commandId() {
  return text('cmd_ and a ULID', /^cmd_[0-7][0-9A-HJKMNP-TV-Z]{25}$/);
}
