import type { Finish } from '../dialect.ts';

/** A response's `status`, with the reason in `incomplete_details`; null while it is under way. */
export function readFinish(status: string | null, reason: unknown): Finish | null {
  switch (status) {
    case 'completed':
      return 'completed';
    case 'incomplete':
      return reason === 'content_filter' ? 'refused' : 'incomplete';
    case 'failed':
    case 'cancelled':
      return 'failed';
    default:
      return null;
  }
}
