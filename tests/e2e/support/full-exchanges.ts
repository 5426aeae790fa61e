import { canary } from './canaries.ts';
import { type ClientDialect, chat, messages, responses } from './dialects.ts';

const pins = new Map<ClientDialect, string>([
  [chat, 'gpt-5.4'],
  [responses, 'gpt-5.4'],
  [messages, 'claude-opus-4.8'],
]);

/** A request with a word in every place that its dialect has for words. */
export function fullRequest(dialect: ClientDialect): Record<string, unknown> {
  const at = (place: string) => canary(`${dialect.name} ${place}`);
  const schema = {
    type: 'object',
    title: at('schema title'),
    properties: {
      [at('property')]: { enum: [at('enum')], description: at('property description') },
    },
  };
  const common = { model: pins.get(dialect), [at('unknown member')]: at('unknown value') };
  if (dialect === messages) {
    return {
      ...common,
      max_tokens: 4_000,
      system: [{ type: 'text', text: at('system') }],
      stop_sequences: [at('stop')],
      metadata: { user_id: at('user id') },
      tools: [{ name: at('tool name'), description: at('tool description'), input_schema: schema }],
      messages: [
        { role: 'user', content: at('prompt') },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: at('thinking'), signature: at('signature') },
            {
              type: 'tool_use',
              id: at('tool use id'),
              name: at('tool name'),
              input: { a: at('tool input') },
            },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: at('tool use id'), content: at('tool result') },
            {
              type: 'document',
              title: at('document title'),
              context: at('document context'),
              source: { type: 'text', media_type: 'text/plain', data: at('document') },
            },
          ],
        },
      ],
    };
  }
  const parameters = {
    name: at('tool name'),
    description: at('tool description'),
    parameters: schema,
  };
  const user = { user: at('user'), metadata: { [at('metadata name')]: at('metadata value') } };
  if (dialect === responses) {
    return {
      ...common,
      ...user,
      instructions: at('instructions'),
      prompt_cache_key: at('cache key'),
      safety_identifier: at('safety identifier'),
      tools: [{ type: 'function', ...parameters }],
      text: { format: { type: 'json_schema', name: at('schema name'), schema } },
      input: [
        { role: 'user', content: [{ type: 'input_text', text: at('prompt') }] },
        {
          type: 'function_call',
          call_id: 'call_1',
          name: at('tool name'),
          arguments: at('arguments'),
        },
        { type: 'function_call_output', call_id: 'call_1', output: at('tool output') },
        {
          type: 'message',
          role: 'user',
          content: [{ type: 'input_image', image_url: `https://example.com/${at('image url')}` }],
        },
      ],
    };
  }
  return {
    ...common,
    ...user,
    stop: [at('stop')],
    prompt_cache_key: at('cache key'),
    safety_identifier: at('safety identifier'),
    tools: [{ type: 'function', function: parameters }],
    response_format: { type: 'json_schema', json_schema: { name: at('schema name'), schema } },
    messages: [
      { role: 'system', content: at('system'), name: at('speaker') },
      { role: 'user', content: [{ type: 'text', text: at('prompt') }] },
      {
        role: 'assistant',
        tool_calls: [
          {
            id: at('call id'),
            type: 'function',
            function: { name: at('tool name'), arguments: at('arguments') },
          },
        ],
      },
      { role: 'tool', tool_call_id: at('call id'), content: at('tool output') },
    ],
  };
}

/** An answer with a word in every place; the ids break the grammar of ids. */
export function fullAnswer(dialect: ClientDialect): Record<string, unknown> {
  const at = (place: string) => canary(`${dialect.name} answered ${place}`);
  const odd = {
    id: `id of ${at('id')}`,
    model: `model of ${at('model')}`,
    service_tier: at('service tier'),
    system_fingerprint: at('fingerprint'),
    [at('unknown member')]: at('unknown value'),
  };
  const input = { a: at('tool input') };
  if (dialect === messages) {
    return {
      ...odd,
      type: 'message',
      role: 'assistant',
      stop_reason: at('stop reason'),
      stop_sequence: at('stop sequence'),
      content: [
        { type: 'thinking', thinking: at('thinking'), signature: at('signature') },
        { type: 'text', text: at('text') },
        { type: 'tool_use', id: at('tool use id'), name: at('tool name'), input },
      ],
      usage: { input_tokens: 3, output_tokens: 4, service_tier: at('usage tier') },
    };
  }
  if (dialect === responses) {
    return {
      ...odd,
      object: 'response',
      status: 'completed',
      output: [
        {
          type: 'message',
          id: at('item id'),
          role: 'assistant',
          content: [{ type: 'output_text', text: at('text') }],
        },
        {
          type: 'function_call',
          call_id: at('call id'),
          name: at('tool name'),
          arguments: at('arguments'),
        },
      ],
      usage: { input_tokens: 3, output_tokens: 4, total_tokens: 7 },
    };
  }
  return {
    ...odd,
    object: 'chat.completion',
    choices: [
      {
        index: 0,
        finish_reason: at('finish reason'),
        message: {
          role: 'assistant',
          content: at('text'),
          refusal: at('refusal'),
          reasoning_content: at('reasoning'),
          tool_calls: [
            {
              id: at('call id'),
              type: 'function',
              function: { name: at('tool name'), arguments: at('arguments') },
            },
          ],
        },
      },
    ],
    // No usage: all of it is counted by the tokenizer's worker.
  };
}

const frame = (event: string, data: object | string) =>
  `${event === '' ? '' : `event: ${event}\n`}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;

/** The beginning of a stream, up to some output, and its end. */
export function fullStream(dialect: ClientDialect): { begin: string; end: string; error: string } {
  const at = (place: string) => canary(`${dialect.name} streamed ${place}`);
  const answer = fullAnswer(dialect);
  const error = { type: at('error type'), code: at('error code'), message: at('error message') };
  if (dialect === messages) {
    const delta = { type: 'text_delta', text: at('text') };
    return {
      begin:
        frame('message_start', { type: 'message_start', message: { ...answer, content: [] } }) +
        frame('content_block_start', {
          type: 'content_block_start',
          index: 0,
          content_block: { type: 'text', text: '' },
        }) +
        frame('content_block_delta', { type: 'content_block_delta', index: 0, delta }) +
        frame(at('unknown event'), { type: at('unknown type') }),
      end:
        frame('message_delta', {
          type: 'message_delta',
          delta: { stop_reason: at('stop reason') },
          usage: { output_tokens: 9 },
        }) + frame('message_stop', { type: 'message_stop' }),
      error: frame('error', { type: 'error', error }),
    };
  }
  if (dialect === responses) {
    return {
      begin:
        frame('response.created', {
          type: 'response.created',
          sequence_number: 0,
          response: { ...answer, status: 'in_progress', output: [] },
        }) +
        frame('response.output_text.delta', {
          type: 'response.output_text.delta',
          sequence_number: 1,
          delta: at('text'),
        }) +
        frame(at('unknown event'), { type: at('unknown type'), sequence_number: 2 }),
      end: frame('response.completed', {
        type: 'response.completed',
        sequence_number: 3,
        response: answer,
      }),
      error: frame('error', {
        ...error,
        type: 'error',
        sequence_number: 3,
        param: at('error param'),
      }),
    };
  }
  const chunk = (delta: object, finish_reason: string | null = null) =>
    frame('', {
      id: answer['id'],
      model: answer['model'],
      choices: [{ index: 0, delta, finish_reason }],
    });
  return {
    begin:
      chunk({ role: 'assistant' }) +
      chunk({ content: at('text') }) +
      frame('', `{"garbage": ${at('garbage')}`),
    end: chunk({}, at('finish reason')) + frame('', '[DONE]'),
    error: frame('', { error }),
  };
}
