import { makeFirstRequest, waitForKey } from './first-request.ts';
import { replaceRevokedKey } from './replace-revoked-key.ts';
import { type WelcomeFacts, welcomeScreen } from './welcome-screen.ts';

/** What the launcher sends to this script. */
export interface WelcomeInput extends Omit<WelcomeFacts, 'firstRequestId'> {
  account: string;
  operatorKey: string;
  controlUrl: string;
  firstRequest: boolean;
}

/** What it sends back. */
export interface WelcomeResult {
  firstRequestId?: string;
  /** The first key had been revoked: this one was made in its place. */
  newKey?: { secret: string; command: string };
}

/**
 * Run by the launcher when all processes are ready, once, in a process of its own: waits until the
 * key works, makes the first request, prints the newcomer's screen.
 */
async function welcome(input: WelcomeInput): Promise<WelcomeResult> {
  const { firstRequest, baseUrl } = input;
  let { key } = input;
  const result: WelcomeResult = {};
  if ((await waitForKey({ baseUrl, key }, 2000)) === 401) {
    const made = await replaceRevokedKey(input);
    if (made !== undefined) {
      result.newKey = made;
      key = made.secret;
    }
  }
  const status = await waitForKey({ baseUrl, key }, 10_000);
  const facts: WelcomeFacts = { ...input, key };
  if (status !== 200) facts.firstRequestProblem = `The key does not work yet (status ${status}).`;
  else if (firstRequest) {
    const made = await makeFirstRequest({ baseUrl, key });
    if (made.ok) {
      facts.firstRequestId = made.id;
      facts.servedModel = made.servedModel;
      result.firstRequestId = made.id;
    } else facts.firstRequestProblem = made.problem;
  }
  process.stdout.write(welcomeScreen(facts));
  return result;
}

process.once('message', (input) => {
  welcome(input as WelcomeInput).then(
    (result) => process.send?.(result, () => process.disconnect()),
    (error: unknown) => {
      process.stderr.write(`The start could not be completed: ${error}\n`);
      process.exit(1);
    },
  );
});
