import { readSecretFile, writeSecretFile } from './secret-file.ts';

/** What a deployment has once and keeps: made at the first start, in `$DATA_DIR/secrets.json`. */
export interface Secrets {
  serviceToken: string;
  keyPepper: string;
  operatorKey: string;
  /** The newcomer's account and key: made by these commands, so that a second start changes nothing. */
  firstAccountCommand: string;
  firstKeyCommand: string;
  firstKey: string;
}

/** What is in the file; what it lacks is taken from `fresh` and written. */
export function keepSecrets(path: string, fresh: Secrets): Secrets {
  const found = readSecretFile(path);
  const kept: Record<string, unknown> =
    typeof found === 'object' && found !== null ? { ...found } : {};
  const secrets = { ...fresh };
  let complete = true;
  for (const name of Object.keys(fresh) as (keyof Secrets)[]) {
    const value = kept[name];
    if (typeof value === 'string' && value !== '') secrets[name] = value;
    else complete = false;
  }
  if (!complete) writeSecretFile(path, { ...kept, ...secrets });
  return secrets;
}

/** The newcomer's key from now on. */
export function replaceFirstKey(
  path: string,
  { secret, command }: { secret: string; command: string },
): void {
  const kept = readSecretFile(path) as object;
  writeSecretFile(path, { ...kept, firstKey: secret, firstKeyCommand: command });
}
