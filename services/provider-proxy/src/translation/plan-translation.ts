import type { Model, Provider } from '@fluxrouter/catalogue';
import {
  type Conversation,
  type LossPolicy,
  type Note,
  type NoteCode,
  noteCodes,
  unacceptableLoss,
  unfinishedToolTurn,
} from '@fluxrouter/conversation';
import {
  codecs,
  type Dialect,
  type DialectName,
  dialects,
  holdsSeal,
  type Shown,
  type Target,
} from '@fluxrouter/dialects';
import { isFluxError } from '@fluxrouter/errors';
import type { AttemptBegin, AttemptFailure } from '@fluxrouter/generated/proxy';
import { failure } from '../failures.ts';

/** A request in the dialect of its model, and how its answer comes back. */
export interface Translation {
  readonly upstream: Dialect<DialectName>;
  /** null: the answer is in the client's own dialect, and passes. */
  readonly client: Dialect<DialectName> | null;
  readonly body: Buffer;
  readonly notes: readonly Note[];
  readonly shown: Shown;
  /** Tools with free text that it was told of as functions. */
  readonly customTools: ReadonlySet<string>;
  /** Our id of the model: what is sealed in the answer is sealed by it. */
  readonly model: string;
}

/**
 * How a request reaches its model: null where its bytes pass, because both speak the same dialect;
 * else translated, or why it may not be. A request that carries a seal of another origin is never
 * passed on as it is: no provider takes another's. Images have one dialect.
 */
export function planTranslation(
  begin: AttemptBegin,
  model: Model,
  provider: Provider,
  policy: LossPolicy,
  nowMs: number,
): Translation | AttemptFailure | null {
  // Whoever makes images is asked for them in the one way there is; nothing is sealed in it.
  if (begin.dialect === 'openai-images') return null;
  const from = begin.dialect as DialectName;
  const body = begin.body as Buffer;
  const spoken = model.dialects.includes(from);
  if (spoken && !holdsSeal(body)) return null;
  const conversation = codecs[from].decodeRequest(JSON.parse(body.toString()));
  if (isFluxError(conversation)) return failure('internal_error', { nextMayHelp: false });
  const to = spoken ? from : chooseDialect(model, conversation);
  if (to === null) return failure('upstream_failed');
  const target = targetOf(to, model, provider, conversation);
  const { body: encoded, notes } = codecs[to].encodeRequest(conversation, target);
  const lost = unacceptableLoss(notes, policy, unfinishedToolTurn(conversation));
  if (lost !== null) return refuse(lost, from, to);
  return {
    upstream: dialects[to],
    client: spoken ? null : dialects[from],
    body: Buffer.from(JSON.stringify(encoded)),
    notes,
    shown: {
      model: model.id,
      createdAt: Math.floor(nowMs / 1000),
      usageChunk: begin.clientWantsUsage,
    },
    customTools: customTools(conversation, to),
    model: model.id,
  };
}

/**
 * Responses carry more than chat: seals, files, images in tool results. Only chat has stop sequences,
 * a seed and several answers.
 */
function chooseDialect(
  { dialects: spoken }: Model,
  { stop, seed, answers = 1 }: Conversation,
): DialectName | null {
  const wantsChat = stop !== undefined || seed !== undefined || answers > 1;
  const order: readonly DialectName[] = wantsChat
    ? ['openai-chat', 'openai-responses', 'anthropic-messages']
    : ['openai-responses', 'anthropic-messages', 'openai-chat'];
  return order.find((dialect) => spoken.includes(dialect)) ?? null;
}

function targetOf(
  dialect: DialectName,
  model: Model,
  { quirks }: Provider,
  { dialect: from }: Conversation,
): Target {
  return {
    dialect,
    model: model.id,
    upstreamModel: model.upstreamModel,
    ...(model.maxOutputTokens === null ? {} : { maxOutputTokens: model.maxOutputTokens }),
    reasons: model.capabilities.reasoning,
    thinking: model.thinksByBudget === true ? 'budget' : 'adaptive',
    maxTokensField: quirks.maxTokensField,
    askUsage: dialect === 'openai-chat' && from !== dialect && quirks.streamUsageOption,
  };
}

/** Responses alone are told of tools with free text as such. */
function customTools({ tools }: Conversation, to: DialectName): ReadonlySet<string> {
  const names = new Set<string>();
  if (to === 'openai-responses') return names;
  for (const tool of tools ?? []) if (tool.kind === 'custom') names.add(tool.name);
  return names;
}

/** The next of the chain may speak a dialect that has a place for it. */
function refuse(note: Note, from: DialectName, to: DialectName): AttemptFailure {
  const param = fieldOf(note, from);
  return failure('capability_not_available', {
    status: 400,
    clientMessage: `No model that may serve this request can be told all of it. ${noteCodes[note.code]} ('${param}') has no place in ${to}.`,
    param,
  });
}

/** What the client calls it: a note's path is into the conversation, which has other names and counts. */
function fieldOf({ code, path }: Note, from: DialectName): string {
  const tool = /^tools\.(\d+)$/.exec(path);
  if (tool !== null) return `tools[${tool[1]}]`;
  const field = FIELDS[from][code];
  if (field !== undefined) return field;
  return from === 'openai-responses' ? 'input' : 'messages';
}

const FIELDS: Readonly<Record<DialectName, Partial<Record<NoteCode, string>>>> = {
  'openai-chat': {
    answers: 'n',
    logprobs: 'logprobs',
    output_format: 'response_format',
    seed: 'seed',
    // Tools of today have an index.
    tool: 'functions',
    tool_choice: 'tool_choice',
  },
  'openai-responses': {
    logprobs: 'include',
    output_format: 'text.format',
    tool: 'tools',
    tool_choice: 'tool_choice',
  },
  'anthropic-messages': {
    output_format: 'output_config.format',
    tool: 'tools',
    tool_choice: 'tool_choice',
  },
};
