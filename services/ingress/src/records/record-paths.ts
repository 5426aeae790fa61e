import { dialects } from '@fluxrouter/dialects';
import { type FluxError, fluxError, isFluxError } from '@fluxrouter/errors';
import { idTimeMs, isRequestId } from '@fluxrouter/events';
import type { Request, Response, Router } from 'express';
import { sendJson, sendText } from '../http/send.ts';
import { refuseUnserved } from '../http/write-error.ts';
import { authenticate } from '../keys/authenticate.ts';
import { listParameters, ParameterError, usageParameters } from './list-parameters.ts';
import type { ReadPorts } from './read-ports.ts';
import { recordJson } from './record-json.ts';
import { usageCsv, usageFocus, usageJson } from './usage-report.ts';

/** An id younger than this that is not there yet is on its way. */
const PENDING_MS = 60_000;

/** GET /v1/requests/{id}, /v1/requests?any=, /v1/requests, /v1/usage: the caller's account only. */
export function addRecordPaths(app: Router, ports: ReadPorts): void {
  const reading =
    (answer: (account: string, request: Request, response: Response) => Promise<void>) =>
    (request: Request, response: Response): void => {
      const caller = authenticate(request, ports.keys, false);
      if (isFluxError(caller)) return refuse(request, response, caller);
      answer(caller.account, request, response).catch((error: unknown) =>
        refuse(request, response, readError(ports, error)),
      );
    };

  app.get(
    ['/v1/requests/:id', '/requests/:id'],
    reading(async (account, request, response) => {
      const id = String(request.params['id']);
      const { record } = await ports.query.getRequest({ account, id });
      if (record !== undefined) return sendJson(response, 200, recordJson(record));
      if (isRequestId(id) && Math.abs(Date.now() - idTimeMs(id)) < PENDING_MS) {
        return sendJson(response, 202, { id, state: 'pending' }, ['retry-after', '1']);
      }
      refuse(request, response, fluxError('not_found', { message: 'There is no such request.' }));
    }),
  );

  app.get(
    ['/v1/requests', '/requests'],
    reading(async (account, request, response) => {
      const query = queryOf(request);
      const any = query.get('any');
      if (any !== null) {
        const { records } = await ports.query.findRequests({ account, any, limit: 50 });
        return sendJson(response, 200, { object: 'list', data: records.map(recordJson) });
      }
      const page = await ports.query.listRequests(listParameters(query, account));
      sendJson(response, 200, {
        object: 'list',
        data: page.records.map(recordJson),
        next_cursor: page.nextCursor === '' ? null : page.nextCursor,
      });
    }),
  );

  app.get(
    ['/v1/usage', '/usage'],
    reading(async (account, request, response) => {
      const query = queryOf(request);
      const format = query.get('format') ?? 'json';
      if (!['json', 'csv', 'focus'].includes(format)) {
        throw new ParameterError('format', 'json, csv or focus');
      }
      const question = usageParameters(query, account, Date.now());
      const answer = await ports.query.getUsage(question);
      if (format === 'json') return sendJson(response, 200, usageJson(question, answer));
      const text = format === 'csv' ? usageCsv(question, answer) : usageFocus(question, answer);
      const completeUntil = new Date(answer.completeUntilMs).toISOString();
      sendText(response, 'text/csv; charset=utf-8', text, ['X-Flux-Complete-Until', completeUntil]);
    }),
  );
}

function queryOf(request: Request): URLSearchParams {
  const at = request.url.indexOf('?');
  return new URLSearchParams(at === -1 ? '' : request.url.slice(at + 1));
}

/** What a reading path tells of an error: by its code, the same in process and over gRPC. */
function readError(ports: ReadPorts, error: unknown): FluxError {
  if (error instanceof ParameterError) {
    return fluxError('invalid_field', { message: error.message, param: error.param });
  }
  const { code, message } = error as { code?: unknown; message?: string };
  if (code === 'invalid_argument') {
    // Query names the parameter first: `tz: expected …`.
    const param = /^([a-z_]+): /.exec(message ?? '')?.[1] ?? null;
    return fluxError('invalid_field', { message: message ?? '', param });
  }
  if (code === 'unavailable' || code === 'deadline_exceeded' || code === 'cancelled') {
    return fluxError('unavailable', {
      message: 'Records cannot be read at the moment; they are not lost. Try again shortly.',
    });
  }
  ports.onFault(error);
  return fluxError('internal_error');
}

function refuse(request: Request, response: Response, error: FluxError): void {
  refuseUnserved(request, response, dialects['openai-chat'], error);
}
