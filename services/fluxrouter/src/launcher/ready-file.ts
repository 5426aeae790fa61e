import { writeSecretFile } from './secret-file.ts';

/** What `$DATA_DIR/ready.json` tells scripts, mode 0600. It is there only while the system is. */
export interface ReadyFile {
  baseUrl: string;
  /** Of all ingresses, where they are processes of their own. */
  baseUrls?: string[];
  key: string;
  operatorKey: string;
  adminUrls: Record<string, string>;
  /** By the process's name; `launcher` among them. */
  pids: Record<string, number>;
  /** Of the first request that the launcher made; it can be looked up. */
  firstRequestId?: string;
}

export function writeReadyFile(path: string, content: ReadyFile): void {
  writeSecretFile(path, content);
}
