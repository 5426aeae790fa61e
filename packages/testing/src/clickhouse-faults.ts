import type { ClickHouseProxy, SeenRequest } from './clickhouse-proxy.ts';

/** The next so many inserts under a token are done, and their replies lost. Resolves when that has come. */
export function loseReplies(proxy: ClickHouseProxy, count: number): Promise<void> {
  return new Promise((resolve) => {
    let lost = 0;
    proxy.judge = ({ token }) => (token === '' ? 'pass' : 'lose reply');
    proxy.onDone = (_request, verdict) => {
      if (verdict !== 'lose reply') return;
      lost += 1;
      if (lost < count) return;
      calm(proxy);
      resolve();
    };
  });
}

/**
 * An insert is done and its reply lost, and ClickHouse is away for whoever asks for it or repeats it until so many others have
 * been done: more than ClickHouse remembers. Resolves when that has come.
 */
export function outliveTokens(proxy: ClickHouseProxy, others: number): Promise<void> {
  return new Promise((resolve) => {
    let hidden: { readonly token: string; readonly firstId: string } | undefined;
    const later = new Set<string>();
    const isHidden = ({ token, url }: SeenRequest) =>
      hidden !== undefined &&
      (token.startsWith(hidden.token) ||
        (url.searchParams.get('param_events') ?? '').includes(hidden.firstId));
    proxy.judge = (request) => {
      if (isHidden(request)) return 'refuse';
      return request.token !== '' && hidden === undefined ? 'lose reply' : 'pass';
    };
    proxy.onDone = ({ token, body }, verdict) => {
      if (token === '') return;
      if (verdict === 'lose reply') hidden ??= { token, firstId: firstIdOf(body) };
      else later.add(token);
      if (later.size < others) return;
      calm(proxy);
      resolve();
    };
  });
}

/** Ends what was begun. */
export function calm(proxy: ClickHouseProxy): void {
  proxy.judge = () => 'pass';
  proxy.onDone = () => {};
}

/** Of the first row: an array of values, the event's id first. */
function firstIdOf(body: Buffer): string {
  const [, id] = /^\["([^"]+)"/.exec(body.toString('utf8', 0, 200)) ?? [];
  if (id === undefined) throw new Error('an insert of another form than the proxy knows');
  return id;
}
