/** How often somebody may do something: a bucket of tokens each, which fills evenly. */

export type Rate = {
  /** 0 = go on, one token less; else the ms after which there is one again. */
  readonly take: (key: string) => number;
  /** The token was not used after all. */
  readonly putBack: (key: string) => void;
};

export type RateOptions = {
  /** Tokens of a full bucket, also what it gains in `perMs`; 0 = no limit. */
  readonly limit: number;
  readonly perMs: number;
  /** Monotonic, ms. */
  readonly now: () => number;
};

type Bucket = { tokens: number; at: number };

/** Buckets kept; beyond it the full ones are forgotten, and then the oldest. */
const BUCKETS = 20_000;

export const openRate = ({ limit, perMs, now }: RateOptions): Rate => {
  const buckets = new Map<string, Bucket>();
  const tokensOf = (bucket: Bucket): number =>
    Math.min(limit, bucket.tokens + ((now() - bucket.at) * limit) / perMs);

  const tidy = (): void => {
    if (buckets.size < BUCKETS) return;
    for (const [key, bucket] of buckets) if (tokensOf(bucket) >= limit) buckets.delete(key);
    const [oldest] = buckets.keys();
    if (buckets.size >= BUCKETS && oldest !== undefined) buckets.delete(oldest);
  };
  const filled = (key: string): Bucket => {
    const known = buckets.get(key);
    if (known === undefined) tidy();
    const bucket = { tokens: known === undefined ? limit : tokensOf(known), at: now() };
    buckets.set(key, bucket);
    return bucket;
  };

  return {
    take: (key) => {
      if (limit === 0) return 0;
      const bucket = filled(key);
      if (bucket.tokens < 1) return Math.max(1, Math.round(((1 - bucket.tokens) * perMs) / limit));
      bucket.tokens -= 1;
      return 0;
    },
    putBack: (key) => {
      const bucket = buckets.get(key);
      if (bucket !== undefined) bucket.tokens = Math.min(limit, bucket.tokens + 1);
    },
  };
};
