import type { Query } from '@fluxrouter/generated/query';
import type { AdminAnswer, AdminRoute } from '@fluxrouter/service-kit/admin';
import type { Log } from '@fluxrouter/service-kit/log';
import { listParameters, ParameterError } from './list-parameters.ts';
import { recordJson } from './record-json.ts';

const NO_ACCOUNT = '';

/**
 * Operators' look-ups, any account's: by `any=` (our id, the body's, upstream's, the client's), or a
 * list with the filters of /v1/requests and `account=`. Each is written to the audit log.
 */
export function operatorRoutes(query: Query, audit: Log): readonly AdminRoute[] {
  return [
    {
      method: 'GET',
      path: '/admin/v1/requests',
      handle: ({ query: parameters }) =>
        told(async () => {
          const any = parameters.get('any');
          if (any !== null) {
            const { records } = await query.findRequests({ account: NO_ACCOUNT, any, limit: 50 });
            audit.info({ any, found: records.length }, 'An operator looked a request up');
            return { status: 200, body: { object: 'list', data: records.map(recordJson) } };
          }
          const account = parameters.get('account') ?? NO_ACCOUNT;
          const page = await query.listRequests(listParameters(parameters, account));
          audit.info({ account, found: page.records.length }, 'An operator listed requests');
          const cursor = page.nextCursor === '' ? null : page.nextCursor;
          const data = page.records.map(recordJson);
          return { status: 200, body: { object: 'list', data, next_cursor: cursor } };
        }),
    },
    {
      method: 'GET',
      path: '/admin/v1/requests/:id',
      handle: ({ params }) =>
        told(async () => {
          const id = params['id'] ?? '';
          const { record } = await query.getRequest({ account: NO_ACCOUNT, id });
          audit.info({ id, found: record !== undefined }, 'An operator read a record');
          return record === undefined
            ? failure(404, 'not_found', 'There is no such request.')
            : { status: 200, body: recordJson(record) };
        }),
    },
  ];
}

async function told(answer: () => Promise<AdminAnswer>): Promise<AdminAnswer> {
  try {
    return await answer();
  } catch (error) {
    if (error instanceof ParameterError) return failure(400, 'invalid_field', error.message);
    const { code, message } = error as { code?: unknown; message?: string };
    if (code === 'invalid_argument') return failure(400, 'invalid_field', message ?? '');
    if (code === 'unavailable' || code === 'deadline_exceeded') {
      return failure(
        503,
        'unavailable',
        'Records cannot be read at the moment. Try again shortly.',
      );
    }
    throw error;
  }
}

function failure(status: number, code: string, message: string): AdminAnswer {
  return { status, body: { error: { code, message } } };
}
