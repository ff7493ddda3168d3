/** Which of the 16 rows of a running total a replica counts in. */
const SHARDS = 16;

/** `replicaId` is random hex, so its first digit spreads replicas evenly. */
export const shardOf = (replicaId: string): number =>
  Number.parseInt(replicaId.slice(0, 1), SHARDS);
