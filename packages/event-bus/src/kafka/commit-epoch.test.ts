import { expect, it } from 'vitest';
import { metadataOf, withEpoch } from './commit-epoch.ts';

it('gives back the metadata of a commit of this life of the topic', () => {
  expect(metadataOf('epoch-a', withEpoch('epoch-a', '{"plannedEnd":"9"}'))).toBe(
    '{"plannedEnd":"9"}',
  );
  expect(metadataOf('epoch-a', withEpoch('epoch-a', ''))).toBe('');
});

it('does not know a commit of another life, or of nobody', () => {
  expect(metadataOf('epoch-b', withEpoch('epoch-a', 'x'))).toBeUndefined();
  expect(metadataOf('epoch-a', null)).toBeUndefined();
  expect(metadataOf('epoch-a', '')).toBeUndefined();
});
