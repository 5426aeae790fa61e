import { describe, expect, it } from 'vitest';
import { clientSafe } from './error-text.ts';
import { dialectNames, dialects } from './index.ts';

const openAi = (message: string, more: object = {}) => ({
  error: { message, type: 'invalid_request_error', param: null, code: null, ...more },
});
const anthropic = (type: string, message: string) => ({
  type: 'error',
  error: { type, message },
  request_id: 'req_x',
});
const classify = (status: number, body: unknown) =>
  dialects['openai-chat'].classifyUpstreamError(
    status,
    Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  );

describe('an upstream error', () => {
  it.each([
    [
      'OpenAI: field',
      400,
      openAi('Invalid value', { param: 'n', code: 'invalid_value' }),
      'client',
    ],
    [
      'OpenAI: context',
      400,
      openAi("This model's maximum context length is 128000 tokens.", {
        code: 'context_length_exceeded',
      }),
      'context_length',
    ],
    [
      'OpenAI: parameter',
      400,
      openAi("Unsupported parameter: 'top_p'", { code: 'unsupported_parameter' }),
      'capability',
    ],
    [
      'OpenAI: model',
      404,
      openAi('The model `x` does not exist', { code: 'model_not_found' }),
      'not_found_model',
    ],
    ['OpenAI: key', 401, openAi('Incorrect API key provided', { code: 'invalid_api_key' }), 'auth'],
    [
      'OpenAI: no money',
      429,
      openAi('You exceeded your current quota', {
        type: 'insufficient_quota',
        code: 'insufficient_quota',
      }),
      'auth',
    ],
    [
      'OpenAI: rate',
      429,
      openAi('Rate limit reached', { type: 'tokens', code: 'rate_limit_exceeded' }),
      'rate_limited',
    ],
    [
      'OpenAI: response',
      404,
      openAi("Previous response with id 'resp_1' not found.", {
        code: 'previous_response_not_found',
      }),
      'client',
    ],
    ['OpenAI: server', 500, openAi('The server had an error', { type: 'server_error' }), 'server'],
    ['OpenAI: overload', 503, openAi('Overloaded'), 'overloaded'],
    ['Anthropic: field', 400, anthropic('invalid_request_error', 'messages.0: bad'), 'client'],
    [
      'Anthropic: context',
      400,
      anthropic('invalid_request_error', 'prompt is too long: 210000 tokens > 200000 maximum'),
      'context_length',
    ],
    [
      'Anthropic: no money',
      400,
      anthropic(
        'invalid_request_error',
        'Your credit balance is too low to access the Anthropic API.',
      ),
      'auth',
    ],
    ['Anthropic: money', 402, anthropic('billing_error', 'x'), 'auth'],
    ['Anthropic: model', 404, anthropic('not_found_error', 'model: claude-x'), 'not_found_model'],
    ['Anthropic: overload', 529, anthropic('overloaded_error', 'Overloaded'), 'overloaded'],
    ['Anthropic: timeout', 504, anthropic('timeout_error', 'x'), 'timeout'],
    [
      'Anthropic: size',
      413,
      anthropic('request_too_large', 'Request exceeds the maximum size'),
      'client',
    ],
    [
      'Google: key',
      400,
      [
        {
          error: {
            code: 400,
            message: 'API key not valid. Please pass a valid API key.',
            status: 'INVALID_ARGUMENT',
          },
        },
      ],
      'auth',
    ],
    [
      'Google: context',
      400,
      [
        {
          error: {
            code: 400,
            message:
              'The input token count (2000000) exceeds the maximum number of tokens allowed (1048576).',
            status: 'INVALID_ARGUMENT',
          },
        },
      ],
      'context_length',
    ],
    [
      'Mistral: field',
      422,
      { detail: [{ loc: ['body', 'n'], msg: 'Input should be positive', type: 'x' }] },
      'client',
    ],
    [
      'xAI: image',
      400,
      {
        code: 'Client specified an invalid argument',
        error: 'This model does not support image input',
      },
      'capability',
    ],
    [
      'Moonshot: context',
      400,
      openAi('Your request exceeded model token limit: 262144'),
      'context_length',
    ],
    [
      'Alibaba: context',
      400,
      openAi('Range of input length should be [1, 98304]'),
      'context_length',
    ],
    ['DeepSeek: money', 402, openAi('Insufficient Balance'), 'auth'],
    ['a page instead of an error', 404, '<html>nginx</html>', 'server'],
    ['a gateway', 502, '<html>bad gateway</html>', 'server'],
    ['a gateway that waited', 524, '', 'timeout'],
    ['a conflict of theirs', 409, openAi('Another request is running'), 'server'],
    ['nonsense', 400, '{"error":', 'client'],
  ])('%s (%d)', (_name, status, body, kind) => {
    expect(classify(status, body)).toMatchObject({ kind, status });
  });

  it('shows its words to a client who caused it, and to nobody else', () => {
    expect(
      classify(400, openAi("Invalid type for 'n'.", { param: 'n', code: 'invalid_type' })),
    ).toEqual({
      kind: 'client',
      status: 400,
      clientSafeMessage: "Invalid type for 'n'.",
      type: 'invalid_request_error',
      code: 'invalid_type',
      param: 'n',
    });
    for (const [status, body] of [
      [401, openAi('Incorrect API key provided: sk-proj-abc')],
      [429, openAi('Rate limit reached for org-1')],
      [500, openAi('stack trace')],
      [404, openAi('The model `our-deployment` does not exist', { code: 'model_not_found' })],
    ] as const) {
      expect(classify(status, body).clientSafeMessage).toBeNull();
    }
  });

  it('keeps only words as type, code and param', () => {
    const odd = openAi('x', {
      type: 'a sentence here',
      code: { x: 1 },
      param: 'messages[0].content <b>',
    });
    expect(classify(400, odd)).toMatchObject({ type: null, code: null, param: null });
  });

  it.each(dialectNames)('of %s never throws, whatever the body', (name) => {
    for (const body of [
      '',
      '[]',
      'null',
      '[null]',
      '"x"',
      '{"error":null}',
      '{"error":[]}',
      '{"detail":[]}',
      '\xff',
    ]) {
      for (const status of [0, 200, 400, 404, 500]) {
        expect(dialects[name].classifyUpstreamError(status, Buffer.from(body)).kind).toBeTypeOf(
          'string',
        );
      }
    }
  });
});

describe('what a client may read of a vendor’s sentence', () => {
  it.each([
    ['Incorrect API key provided: sk-proj-abcdEFGH1234567890.', 'sk-proj'],
    ['Rate limit reached in organization org-AbCdEfGh12345678', 'org-AbCd'],
    ['see https://platform.openai.com/account/api-keys now', 'openai.com'],
    ['connect 10.1.2.3:8443 failed', '10.1.2.3'],
    ['upstream api.internal.example.com:8443/v1 refused', 'example'],
    ['Bearer abcdef.ghij', 'abcdef'],
    ['request id req_011CSHoEeqs5C35K2UUqR7Fy', '011CSH'],
    ['key AIzaSyA-1234567890abcdefghij', 'AIzaSy'],
  ])('%s', (message, secret) => {
    expect(clientSafe(message)).not.toContain(secret);
  });

  it('leaves words that only begin like a key', () => {
    const sentence = 'Your organization has keyword_arguments and requirements to verify.';
    expect(clientSafe(sentence)).toBe(sentence);
  });

  it('keeps what helps', () => {
    const helpful =
      'messages.3.content.0: `tool_use` ids were found without `tool_result` blocks. e.g. max 4,096 (v1.5)';
    expect(clientSafe(helpful)).toBe(helpful);
    expect(clientSafe('line\u0000 one\r\ntwo')).toBe('line  one two');
    expect(clientSafe('x'.repeat(9000)).length).toBeLessThan(1100);
  });
});
