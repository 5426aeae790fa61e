import type { Answer, Finish, ReportedUsage } from './answer.ts';
import type { Block } from './blocks.ts';
import type { BlockHead, StartPart, StreamPart } from './parts.ts';

/** A stream's parts as the complete answer; null where they end in an error or nothing began. */
export function foldParts(parts: Iterable<StreamPart>, dialect: string): Answer | null {
  let start: StartPart | null = null;
  let finish: Finish | undefined;
  let usage: ReportedUsage | undefined;
  const blocks: Block[] = [];
  let head: BlockHead | null = null;
  let text = '';
  let logprobs: unknown[] = [];
  for (const part of parts) {
    switch (part.type) {
      case 'start':
        start = part;
        break;
      case 'block-start':
        head = part.block;
        text = '';
        logprobs = [];
        break;
      case 'block-delta':
        text += part.text;
        if (part.logprobs !== undefined) logprobs.push(...part.logprobs);
        break;
      case 'block-end':
        if (head !== null) blocks.push(wholeBlock(head, text, logprobs, part.seal));
        head = null;
        break;
      case 'usage':
        usage = part.usage;
        break;
      case 'finish':
        finish = part.finish;
        break;
      case 'error':
        return null;
    }
  }
  if (start === null) return null;
  return {
    dialect,
    id: start.id,
    model: start.model,
    ...(start.createdAt === undefined ? {} : { createdAt: start.createdAt }),
    choices: [
      { turns: [{ role: 'assistant', blocks }], ...(finish === undefined ? {} : { finish }) },
    ],
    ...(usage === undefined ? {} : { usage }),
  };
}

function wholeBlock(
  head: BlockHead,
  text: string,
  logprobs: readonly unknown[],
  seal: Extract<StreamPart, { type: 'block-end' }>['seal'],
): Block {
  switch (head.kind) {
    case 'toolCall':
      return { ...head, arguments: text };
    case 'reasoning':
      return { ...head, text, ...(seal === undefined ? {} : { seal }) };
    case 'text':
      return { ...head, text, ...(logprobs.length === 0 ? {} : { logprobs }) };
    case 'refusal':
      return { ...head, text };
  }
}

/** The parts of a complete answer's first choice, each block in one delta. */
export function partsOf(answer: Answer): StreamPart[] {
  const [choice] = answer.choices;
  const parts: StreamPart[] = [
    {
      type: 'start',
      id: answer.id,
      model: answer.model,
      ...(answer.createdAt === undefined ? {} : { createdAt: answer.createdAt }),
    },
  ];
  choice?.turns.forEach(({ blocks }, turn) => {
    blocks.forEach((block, at) => {
      const path = `turns.${turn}.blocks.${at}`;
      const head = headOf(block);
      if (head === null) {
        parts.push({ type: 'note', note: { kind: 'dropped', code: 'opaque_block', path } });
        return;
      }
      parts.push({ type: 'block-start', block: head });
      const text = wordsOf(block);
      if (text !== '') {
        const logprobs = block.kind === 'text' ? block.logprobs : undefined;
        parts.push({ type: 'block-delta', text, ...(logprobs === undefined ? {} : { logprobs }) });
      }
      const seal = block.kind === 'reasoning' ? block.seal : undefined;
      parts.push({ type: 'block-end', ...(seal === undefined ? {} : { seal }) });
    });
  });
  if (answer.usage !== undefined) parts.push({ type: 'usage', usage: answer.usage });
  parts.push({ type: 'finish', finish: choice?.finish ?? { reason: 'stop' } }, { type: 'end' });
  return parts;
}

function headOf(block: Block): BlockHead | null {
  switch (block.kind) {
    case 'text':
    case 'refusal':
      return { kind: block.kind };
    case 'reasoning': {
      const { summary, hidden } = block;
      return { kind: 'reasoning', ...(summary && { summary }), ...(hidden && { hidden }) };
    }
    case 'toolCall': {
      const { id, name, custom } = block;
      return { kind: 'toolCall', id, name, ...(custom && { custom }) };
    }
    default:
      return null;
  }
}

function wordsOf(block: Block): string {
  switch (block.kind) {
    case 'text':
    case 'refusal':
    case 'reasoning':
      return block.text;
    case 'toolCall':
      return block.arguments;
    default:
      return '';
  }
}
