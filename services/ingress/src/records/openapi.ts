import { INFERENCE_ENDPOINTS } from '../http/paths.ts';
import { recordSchema } from './record-schema.ts';

const record = { $ref: '#/components/schemas/RequestRecord' };
const json = (schema: object) => ({ content: { 'application/json': { schema } } });
const query = (name: string, description: string) => ({
  name,
  in: 'query',
  description,
  schema: { type: 'string' },
});
const period = [query('from', 'ISO 8601, inclusive'), query('to', 'ISO 8601, exclusive')];

/** GET /openapi.json: our own paths in full; the vendors' paths are what their references say. */
export const openApiDocument: object = {
  openapi: '3.1.0',
  info: { title: 'FluxRouter', version: '1', license: { name: 'Apache-2.0' } },
  security: [{ key: [] }],
  paths: {
    ...Object.fromEntries(
      INFERENCE_ENDPOINTS.map(({ dialect, paths }) => [
        paths[0],
        {
          post: {
            summary: `${dialect}, as its vendor's API reference says`,
            responses: { 200: { description: 'the answer' } },
          },
        },
      ]),
    ),
    '/v1/models': {
      get: { summary: 'What can be sent as model', responses: { 200: { description: 'models' } } },
    },
    '/v1/routing/debug': {
      post: {
        summary: 'The decision for a request: no provider call, no charge',
        requestBody: {
          description:
            'prompt, system_prompt, tools, messages, max_output_tokens, profile; or a whole request in any dialect',
          ...json({ type: 'object' }),
        },
        responses: { 200: { description: 'the decision, its reasons and its cost' } },
      },
    },
    '/v1/providers/health': {
      get: {
        summary: 'States of providers and models over the last 5 minutes',
        responses: { 200: { description: 'healthy, degraded or down, with the figures' } },
      },
    },
    '/v1/requests/{id}': {
      get: {
        summary: 'The record of a request',
        parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
        responses: {
          200: { description: 'the record', ...json(record) },
          202: { description: 'an id of ours younger than 60 s that is not there yet' },
          404: { description: 'none of this account' },
        },
      },
    },
    '/v1/requests': {
      get: {
        summary: 'Records, newest first, or all that have an id',
        parameters: [
          query('any', 'our id, the body’s, upstream’s or the client’s'),
          ...period,
          ...[
            'key',
            'model',
            'lane',
            'dialect',
            'outcome',
            'stream',
            'error_code',
            'cursor',
            'limit',
          ].map((name) => query(name, 'filter or page')),
          query('tag', 'name:value; may be repeated'),
        ],
        responses: {
          200: {
            description: 'a page',
            ...json({
              type: 'object',
              properties: {
                data: { type: 'array', items: record },
                next_cursor: { type: ['string', 'null'] },
              },
            }),
          },
        },
      },
    },
    '/v1/usage': {
      get: {
        summary: 'Requests, tokens and cost',
        parameters: [
          ...period,
          query('granularity', 'hour, day, month or total'),
          query('group_by', 'of lane, model, key, tier, dialect, outcome, tag:<name>; by commas'),
          query('tz', 'IANA time zone'),
          query('format', 'json, csv or focus'),
        ],
        responses: { 200: { description: 'buckets, and complete_until' } },
      },
    },
  },
  components: {
    securitySchemes: { key: { type: 'http', scheme: 'bearer' } },
    schemas: { RequestRecord: recordSchema },
  },
};
