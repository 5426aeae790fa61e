/** What a process tells the launcher over its IPC channel. The sandbox sends the same words. */
export interface ReadyMessage {
  type: 'ready';
  url?: string;
}

export function isReadyMessage(message: unknown): message is ReadyMessage {
  return (
    typeof message === 'object' && message !== null && 'type' in message && message.type === 'ready'
  );
}
