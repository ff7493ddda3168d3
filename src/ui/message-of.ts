/** The text of whatever a command was rejected with. */
export const messageOf = (reason: unknown): string =>
  reason instanceof Error ? reason.message : String(reason);
