import type { Clock, Random } from "../domain/clock.ts";

export type Fetch = (url: string, options: RequestInit) => Promise<Response>;

/** What reaches out of the artifact worker, with the time and the chance that its retries need. */
export type Network = {
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly random: Random;
};
