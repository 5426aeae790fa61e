/** The upstream: the sandbox provider in a process of its own, its book in memory. */
import { startSandbox } from '@fluxrouter/sandbox-provider';
import { endWithParent } from './processes/end-with-parent.ts';

const sandbox = await startSandbox();
endWithParent(() => sandbox.close());
process.send?.({ type: 'ready', url: sandbox.url });
