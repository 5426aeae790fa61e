import type { Catalogue } from '@fluxrouter/catalogue';
import { type AnyDialectName, dialects } from '@fluxrouter/dialects';
import type { RequestFacts } from '@fluxrouter/generated/events';
import type { AttemptBegin } from '@fluxrouter/generated/proxy';
import type { RateCard } from '@fluxrouter/pricing';
import type { AttemptCall, AttemptSink, ProviderProxyPort } from '@fluxrouter/service-kit/attempts';
import type { Log } from '@fluxrouter/service-kit/log';
import type { Metrics } from '@fluxrouter/service-kit/metrics';
import { Attempt } from './attempt.ts';
import type { ProviderProxyConfig } from './config.ts';
import { countAttempts } from './count-attempts.ts';
import { WorkerEstimator } from './estimate-usage/estimator.ts';
import { failure } from './failures.ts';
import { Pools } from './http/pools.ts';
import { upstreamHeaders } from './http/upstream-headers.ts';
import {
  type AttemptJournal,
  closeOrphanedAttempts,
  JournaledAttempts,
} from './journaled-attempts.ts';
import type { AttemptPorts } from './ports.ts';
import type { ConfiguredProvider } from './providers.ts';
import { planTranslation, type Translation } from './translation/plan-translation.ts';

export interface ProviderProxyNeeds {
  readonly config: ProviderProxyConfig;
  readonly catalogue: Catalogue;
  readonly rateCards: ReadonlyMap<string, RateCard>;
  readonly providers: ReadonlyMap<string, ConfiguredProvider>;
  /** Where events go: the one it shares with ingress, or, with `ownJournal`, its own. */
  readonly journal: AttemptJournal;
  /** In a process of its own: it writes down what it begins, and closes what a crash left open. */
  readonly ownJournal: boolean;
  readonly log: Log;
  readonly metrics: Metrics;
}

export interface ProviderProxy {
  readonly port: ProviderProxyPort;
  stop(): Promise<void>;
}

export function startProviderProxy(needs: ProviderProxyNeeds): ProviderProxy {
  const pools = new Pools(needs.config);
  const estimator = new WorkerEstimator();
  const names = new Map<string, Buffer>();
  /** Of attempts that run, in the journal. Empty where ingress has them in its own. */
  const entries = new Map<string, number>();
  const ports: AttemptPorts = {
    config: needs.config,
    nowMs: Date.now,
    rateCard(facts) {
      const card = needs.rateCards.get(facts.decision?.rateCard ?? '');
      if (card === undefined) throw new RangeError('a decision with a rate card that is not here');
      return card;
    },
    baselineModel: needs.catalogue.baseline.id,
    estimator,
    publish(eventId, account, value) {
      const entry = entries.get(eventId) ?? null;
      if (entry !== null) entries.delete(eventId);
      needs.journal.finish(entry, [{ key: account, type: 'AttemptFinished', value }]);
    },
    ...countAttempts(needs),
  };

  /** A model's name as it stands in a body. */
  function nameJson(name: string): Buffer {
    let json = names.get(name);
    if (json === undefined) {
      json = Buffer.from(JSON.stringify(name));
      names.set(name, json);
    }
    return json;
  }

  function begin(what: AttemptBegin, sink: AttemptSink): AttemptCall {
    const { candidate, request } = what;
    if (candidate === undefined || request === undefined) {
      throw new TypeError('an attempt needs its request and its candidate');
    }
    const target = needs.providers.get(candidate.provider);
    const model = needs.catalogue.models.get(candidate.model);
    const plan =
      target === undefined || model === undefined
        ? failure('upstream_failed')
        : planTranslation(what, model, target.provider, needs.config.onLoss, ports.nowMs());
    if (target === undefined || (plan !== null && 'code' in plan)) {
      const attempt = new Attempt(
        ports,
        what,
        request,
        dialects[what.dialect as AnyDialectName],
        sink,
      );
      attempt.refuse(plan !== null && 'code' in plan ? plan : failure('upstream_failed'));
      return attempt;
    }
    if (plan !== null) return beginTranslated(what, request, plan, target, sink);
    const dialect = dialects[what.dialect as AnyDialectName];
    const attempt = new Attempt(ports, what, request, dialect, sink);
    const body = what.body as Buffer;
    pools.to(target.origin).dispatch(
      {
        method: 'POST',
        path: target.pathPrefix + dialect.upstreamPath,
        headers: upstreamHeaders(target, dialect.name, what.headers),
        body: Buffer.concat([
          body.subarray(0, what.modelStart),
          nameJson(candidate.upstreamModel),
          body.subarray(what.modelEnd),
        ]),
      },
      attempt,
    );
    return attempt;
  }

  function beginTranslated(
    what: AttemptBegin,
    request: RequestFacts,
    translation: Translation,
    target: ConfiguredProvider,
    sink: AttemptSink,
  ): AttemptCall {
    const { upstream, body } = translation;
    // What is counted, where need be, is what was sent.
    const attempt = new Attempt(ports, { ...what, body }, request, upstream, sink, translation);
    const forwarded = translation.client === null ? what.headers : [];
    pools.to(target.origin).dispatch(
      {
        method: 'POST',
        path: target.pathPrefix + upstream.upstreamPath,
        headers: upstreamHeaders(target, upstream.name, forwarded),
        body,
      },
      attempt,
    );
    return attempt;
  }

  const { journal, ownJournal } = needs;
  if (ownJournal) {
    const orphans = closeOrphanedAttempts(journal, (err) =>
      needs.log.error({ err: err as Error }, 'An open attempt in the journal cannot be read'),
    );
    if (orphans > 0)
      needs.log.warn({ orphans }, 'Attempts of a killed predecessor were closed as orphaned');
  }
  return {
    port: ownJournal ? new JournaledAttempts({ begin }, journal, entries) : { begin },
    async stop() {
      await pools.close();
      await estimator.stop();
    },
  };
}
