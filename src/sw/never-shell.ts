/** Paths that the coordinator answers itself, also when somebody opens them in a tab. Matched against path and query. */
export const neverShell: readonly RegExp[] = [
  /^\/coordinator\./,
  /^\/proving\.v\d+\./,
  /^\/circuits\//,
  /^\/config\.json(\?|$)/,
  /^\/version\.json(\?|$)/,
  /^\/(healthz|readyz|metrics)(\?|$)/,
];
