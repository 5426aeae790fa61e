/** Names of ingress' metrics. */
export const ingressMetricNames = {
  requests: 'flux_requests_total',
  running: 'flux_requests_running',
  faults: 'flux_faults_total',
  orphans: 'flux_orphaned_requests_total',
} as const;
