import { expect, test } from 'vitest';
import { createLog, vouched } from './log.ts';

function logged(act: (log: ReturnType<typeof createLog>) => void, level = 'info' as const) {
  const lines: string[] = [];
  act(createLog({ service: 'gateway', level, write: (line) => lines.push(line) }));
  return lines.map((line) => JSON.parse(line));
}

test('a line is JSON with service, time, fields and our sentence', () => {
  const [line] = logged((log) => log.info({ port: 8787, id: 'req_01' }, 'Listening'));
  expect(line).toMatchObject({ service: 'gateway', port: 8787, id: 'req_01', msg: 'Listening' });
});

test('withholds what does not look like a name or an id', () => {
  const lines = logged((log) => {
    log.info({ model: 'tell me a story', deep: { words: 'hello world' } }, 'Refused');
    log.child({ tag: 'two words' }).warn({ list: ['fine', 'not fine'] }, 'Refused');
  });
  expect(lines[0]).toMatchObject({ model: '[withheld]', deep: '[withheld]' });
  expect(lines[1]).toMatchObject({ tag: '[withheld]', list: ['fine', '[withheld]'] });
});

test('an error is its type, code and frames; never the text that it quotes', () => {
  const lines = logged((log) => {
    try {
      JSON.parse('canary of the prompt');
    } catch (err) {
      log.error({ err }, 'Could not read');
    }
  });
  expect(lines[0].err.type).toBe('SyntaxError');
  expect(lines[0].err.frames.length).toBeGreaterThan(0);
  expect(JSON.stringify(lines)).not.toContain('canary');
});

test('the operating system’s own message is kept, and what the code vouches for', () => {
  const err = Object.assign(new Error('listen EADDRINUSE: 127.0.0.1:80'), {
    code: 'EADDRINUSE',
    syscall: 'listen',
  });
  const [line] = logged((log) => log.error({ err, engine: vouched('Code: 76. Locked') }, 'Failed'));
  expect(line).toMatchObject({ err: { code: 'EADDRINUSE', message: err.message } });
  expect(line.engine).toBe('Code: 76. Locked');
});

test('says nothing below its level', () => {
  expect(logged((log) => log.debug('details'))).toEqual([]);
});
