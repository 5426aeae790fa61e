// The direction of style.md: pure packages ← bus, journal, service-kit ← services ← services/fluxrouter.
// scripts/check-dependencies.ts runs it, and adds what needs the package.json files.

import { purePattern as pure, testPattern as tests } from './scripts/source-tree/layers.ts';

// What compiles to a value or to a computation. Everything else in `node:` reaches outside.
const pureBuiltins = ['assert', 'buffer', 'crypto', 'string_decoder', 'util', 'zlib'];

const production = { pathNot: tests };

/** Imports of this path, from wherever it is forbidden. */
const rule = (name, comment, from, to) => ({ name, severity: 'error', comment, from, to });

export default {
  forbidden: [
    rule(
      'no-cycles',
      'Two files that need each other are one subject, or three.',
      {},
      { circular: true },
    ),
    rule('resolved', 'The import leads nowhere.', {}, { couldNotResolve: true }),

    rule(
      'pure-imports-pure',
      'A pure package knows pure packages and the generated events, nothing that starts or connects.',
      { ...production, path: pure },
      {
        path: '^(packages|services|sandbox-provider|cli|bench|tests|scripts)/',
        pathNot: [pure, '^packages/generated/src/flux/events/'],
      },
    ),
    rule(
      'pure-does-no-io',
      'A pure package computes. Whatever reads, writes, waits or listens is behind a port of its caller.',
      { ...production, path: pure },
      { dependencyTypes: ['core'], pathNot: `^(node:)?(${pureBuiltins.join('|')})$` },
    ),
    rule(
      'pure-lists-no-io-library',
      'The one library of a pure package is the protobuf runtime.',
      { ...production, path: pure },
      { path: 'node_modules/', pathNot: 'node_modules/@bufbuild/protobuf/' },
    ),
    rule(
      'shell-below-services',
      'event-bus, journal, service-kit and generated code are used by services; they know none.',
      { path: '^packages/' },
      { path: '^(services|sandbox-provider|cli|bench|tests|scripts)/' },
    ),
    rule(
      'generated-imports-runtime-only',
      'Generated code needs protobuf and gRPC, and nothing of ours.',
      { path: '^packages/generated/' },
      { path: '^(packages|services)/', pathNot: '^packages/generated/' },
    ),

    rule(
      'services-do-not-import-each-other',
      'Only services/fluxrouter knows them all; a service meets another through its generated interface.',
      // query's tests stand on the tables that metering makes and fills.
      { path: '^services/([^/]+)/', pathNot: '^services/(fluxrouter/|query/src/testing/)' },
      { path: '^services/', pathNot: '^services/$1/' },
    ),
    rule(
      'services-know-no-tools',
      'What is served does not depend on what tests or measures it.',
      { ...production, path: '^services/' },
      { path: '^(sandbox-provider|cli|bench|tests|scripts)/' },
    ),
    rule(
      'cli-speaks-http',
      'flux is a client like any other: it has the API, not the services.',
      { ...production, path: '^cli/' },
      { path: '^(services|sandbox-provider|bench|tests|scripts)/' },
    ),
    rule(
      'sandbox-shares-nothing',
      'The sandbox provider is the oracle: it must not share our misreadings.',
      { path: '^sandbox-provider/' },
      { path: '^(packages|services|cli|bench|tests|scripts)/' },
    ),

    rule('nothing-imports-tests', 'tests/ is a leaf.', { pathNot: '^tests/' }, { path: '^tests/' }),
    rule(
      'production-imports-no-tests',
      'Test files, generators of test data and packages/testing are for tests.',
      { path: '^(packages|services|sandbox-provider|cli)/', pathNot: tests },
      { path: tests },
    ),
    rule(
      'scripts-stand-alone',
      'Nothing imports scripts/ but scripts and the configuration of tools.',
      { pathNot: '^(scripts/|[^/]+\\.(ts|mjs)$)' },
      { path: '^scripts/' },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    combinedDependencies: false,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['node', 'import', 'default', 'types'],
      extensions: ['.ts', '.mjs', '.cjs', '.js', '.json'],
    },
  },
};
