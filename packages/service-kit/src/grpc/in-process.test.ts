import { describeBindings } from './bindings.contract.ts';
import { bindInProcess } from './in-process.ts';

describeBindings('in process', async () => ({
  bind: async (definition, implementation) => bindInProcess(definition, implementation),
  close: async () => {},
}));
