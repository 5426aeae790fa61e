import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildCatalogue } from './catalogue.ts';
import { editDistance } from './edit-distance.ts';
import { isModelName, resolveModelName } from './resolve-model-name.ts';

const catalogue = buildCatalogue();

/** Any text at all, lone surrogates included. */
const codeUnits = fc
  .array(fc.nat({ max: 0xffff }), { maxLength: 140 })
  .map((units) => String.fromCharCode(...units));

/** `auto`, `lane fast`, the id of a pin, or `unknown`. */
function meaningOf(name: string): string {
  const resolved = resolveModelName(catalogue, name);
  if (resolved.kind === 'pin') return resolved.model.id;
  return resolved.kind === 'lane' ? `lane ${resolved.lane}` : resolved.kind;
}

function nearestTo(name: string): readonly string[] {
  const resolved = resolveModelName(catalogue, name);
  return resolved.kind === 'unknown' ? resolved.nearest : [];
}

describe('resolveModelName', () => {
  it.each([
    ['flux-auto', 'auto'],
    ['auto', 'auto'],
    ['anthropic/flux-auto', 'auto'],
    ['flux-fast', 'lane fast'],
    ['flux-standard', 'lane standard'],
    ['flux-reasoning', 'lane reasoning'],
    ['flux-image', 'lane image'],
    ['anthropic/flux-fast', 'lane fast'],
    ['flux-pinned-claude-opus-4.8', 'claude-opus-4.8'],
    ['anthropic/flux-pinned-kimi-k3', 'kimi-k3'],
    ['claude-opus-4.8', 'claude-opus-4.8'],
    ['claude-opus-4-8', 'claude-opus-4.8'],
    ['claude-haiku-4-5-20251001', 'claude-haiku-4.5'],
    ['claude-haiku-4.5-20251001', 'claude-haiku-4.5'],
    ['anthropic/claude-haiku-4-5-20251001', 'claude-haiku-4.5'],
    ['gpt-5-mini-2025-08-07', 'gpt-5-mini'],
    ['openai/gpt-5.4', 'gpt-5.4'],
    ['anthropic/gpt-5.4', 'gpt-5.4'],
    ['openai/gpt-oss-120b', 'gpt-oss-120b'],
    ['groq/gpt-oss-120b', 'gpt-oss-120b'],
    ['groq/openai/gpt-oss-120b', 'gpt-oss-120b'],
    ['MiniMax-M3', 'minimax-m3'],
    ['minimax/MiniMax-M3', 'minimax-m3'],
    ['ministral-8b-latest', 'ministral-8b'],
    ['gemini-3.1-pro-preview', 'gemini-3.1-pro'],
    ['nano-banana-2.1', 'nano-banana-2.1'],
    ['qwen-image-3.0', 'qwen-image-3'],
    ['Flux-Auto', 'auto'],
    ['CLAUDE-OPUS-4-8', 'claude-opus-4.8'],
    ['minimax-M3', 'minimax-m3'],
  ])('%s is %s', (name, meaning) => {
    expect(meaningOf(name)).toBe(meaning);
  });

  it.each([
    '',
    'gpt-4o',
    'flux-',
    'flux-pinned-',
    'flux-pinned-gpt-4o',
    'flux-auto-20251001',
    'flux-fast-20251001',
    'claude-opus-4.8-1234567',
    'claude-opus-4.8-19991001',
    '-20251001',
    'moonshot/gpt-5.4',
    'anthropic/anthropic/flux-auto',
    ' flux-auto',
    'flux-auto\n',
    'constructor',
    '__proto__',
    'toString',
    'claude-opus-4.8\u0000',
    '\u212Aimi-k3',
  ])('%j is unknown', (name) => {
    expect(meaningOf(name)).toBe('unknown');
  });

  it('has a pin alias for each of the 37 models', () => {
    for (const id of catalogue.models.keys()) {
      for (const name of [`flux-pinned-${id}`, id, `anthropic/${id}`, id.toUpperCase()]) {
        expect(meaningOf(name)).toBe(id);
      }
    }
  });

  it('does not take a name that is too long', () => {
    expect(meaningOf('a'.repeat(129))).toBe('unknown');
    expect(meaningOf(`${'a'.repeat(100_000)}/claude-opus-4.8`)).toBe('unknown');
  });

  it('is total', () => {
    fc.assert(
      fc.property(codeUnits, (name) => {
        expect(['auto', 'lane', 'pin', 'unknown']).toContain(
          resolveModelName(catalogue, name).kind,
        );
      }),
      { seed: 9 },
    );
  });
});

describe('the nearest names', () => {
  it('are three and flux-auto', () => {
    expect(nearestTo('claude-opus-4.9')).toEqual([
      'claude-opus-4.8',
      'claude-opus-5.5',
      'claude-opus-5',
      'flux-auto',
    ]);
    expect(nearestTo('flux-fest')).toContain('flux-fast');
    expect(nearestTo('x'.repeat(100_000))).toHaveLength(4);
  });

  it('are pins where a pin was mistyped', () => {
    expect(nearestTo('flux-pinned-kimi-3')).toEqual([
      'flux-pinned-kimi-k3',
      'flux-pinned-kimi-k2.6',
      expect.stringMatching(/^flux-pinned-/),
      'flux-auto',
    ]);
  });

  it('are only models that can be served here', () => {
    const servable = (id: string) => catalogue.models.get(id)?.provider === 'openai';
    const resolved = resolveModelName(catalogue, 'claude-opus-4.9', { servable });
    expect(resolved).toMatchObject({ kind: 'unknown' });
    for (const name of resolved.kind === 'unknown' ? resolved.nearest : []) {
      expect(name).toMatch(/^(gpt-|flux-)/);
    }
  });
});

describe('isModelName', () => {
  it('is the grammar of the contract', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 140 }), (text) => {
        expect(isModelName(text)).toBe(
          /^[A-Za-z0-9._:/@-]{1,128}$/.test(text) && !/\n$/.test(text),
        );
      }),
      { seed: 10, numRuns: 500 },
    );
    for (let code = 0; code < 300; code++) {
      const sign = String.fromCharCode(code);
      expect(isModelName(sign)).toBe(/^[A-Za-z0-9._:/@-]$/.test(sign));
    }
  });
});

describe('editDistance', () => {
  it('is a metric that counts single edits', () => {
    expect(editDistance('kitten', 'sitting')).toBe(3);
    expect(editDistance('', 'abc')).toBe(3);
    fc.assert(
      fc.property(
        fc.string({ maxLength: 12 }),
        fc.string({ maxLength: 12 }),
        fc.string({ maxLength: 12 }),
        (a, b, c) => {
          expect(editDistance(a, b)).toBe(editDistance(b, a));
          expect(editDistance(a, b) === 0).toBe(a === b);
          expect(editDistance(a, c)).toBeLessThanOrEqual(editDistance(a, b) + editDistance(b, c));
        },
      ),
      { seed: 11 },
    );
  });
});
