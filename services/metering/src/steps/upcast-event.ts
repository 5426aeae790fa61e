import { EVENT_VERSION } from '@fluxrouter/events';
import { deadLetter, type Outcome, ok } from '../pipeline.ts';
import type { LoggedEvent } from './decode-event.ts';

/** Events of former versions → the current one. There is only one version so far. */
export function upcastEvent() {
  return function upcastEvent(event: LoggedEvent): Outcome<LoggedEvent> {
    return event.version === EVENT_VERSION ? ok(event) : deadLetter('version_unknown');
  };
}
