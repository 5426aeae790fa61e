export interface Operators {
  controlUrl: string;
  operatorKey: string;
  account: string;
}

/**
 * Where an operator has revoked the first key, the next start makes another for the same account.
 * Undefined where no key was revoked: then it is for the gateway to catch up.
 */
export async function replaceRevokedKey({ controlUrl, operatorKey, account }: Operators) {
  const url = `${controlUrl}/admin/v1/accounts/${account}/keys`;
  const headers = { authorization: `Bearer ${operatorKey}`, 'content-type': 'application/json' };
  const listed = await fetch(url, { headers });
  if (!listed.ok) return undefined;
  const { data } = (await listed.json()) as { data: { name: string; state: string }[] };
  if (!data.some(({ name, state }) => name === 'first' && state === 'revoked')) return undefined;
  const body = JSON.stringify({ name: 'first' });
  const made = await fetch(url, { method: 'POST', headers, body });
  if (!made.ok) return undefined;
  const { id, secret } = (await made.json()) as { id: string; secret: string };
  return { secret, command: id.replace('key_', 'cmd_') };
}
