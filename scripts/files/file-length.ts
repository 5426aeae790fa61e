import { isGenerated, isRecording, isWireType } from '../source-tree/layers.ts';

/** Past this, a file has two subjects. Wire types are as long as the vendor’s API. */
const longestFile = 400;

export function findTooLong(path: string, text: string): string[] {
  if (!/\.(ts|mjs|cjs|js|css|sql)$/.test(path)) return [];
  if (isGenerated(path) || isRecording(path) || isWireType(path)) return [];
  const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
  return lines > longestFile ? [`${path} has ${lines} lines, ${longestFile} at most`] : [];
}

export function findNamelessFolders(path: string): string[] {
  return /(^|\/)(utils?|common|helpers?)(\/|\.ts$)/.test(path)
    ? [`${path}: look once more for the noun`]
    : [];
}
