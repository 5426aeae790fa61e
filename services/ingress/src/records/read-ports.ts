import type { Query } from '@fluxrouter/generated/query';
import type { KeyView } from '../keys/key-view.ts';
import type { ModelListing } from '../ports.ts';

/** What the reading paths need from outside. */
export interface ReadPorts {
  readonly keys: KeyView;
  readonly query: Query;
  readonly models: ModelListing;
  readiness(): { readonly ready: boolean };
  /** A fault of ours, for log and metrics. */
  onFault(error: unknown): void;
}
