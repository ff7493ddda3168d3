/** The state of the network, read at most once a second however many look. */
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Sessions } from "../dispatch/sessions.ts";
import type { Queue, StatsRow } from "../queue/queue.ts";
import type { NetworkStatsSchema } from "../../src/gen/proving/v1/network_pb.ts";

export type NetworkStats = MessageInitShape<typeof NetworkStatsSchema>;

export type StatsFeed = {
  readonly latest: () => Promise<StatsRow>;
  readonly network: () => Promise<NetworkStats>;
};

export type StatsParts = {
  readonly queue: Pick<Queue, "stats" | "workers">;
  readonly sessions: Sessions;
  /** Other replicas may serve other nodes from the same database. */
  readonly shared: boolean;
  /** Monotonic, ms. */
  readonly now: () => number;
};

const FRESH_MS = 1_000;

type NodeCounts = { readonly active: number; readonly suspect: number };

/** The value of `read`, read again when it is older than a second; who asks meanwhile shares one reading. */
const fresh = <Value>(read: () => Promise<Value>, now: () => number): (() => Promise<Value>) => {
  let reading: { readonly at: number; readonly value: Promise<Value> } | undefined;
  return () => {
    if (reading === undefined || now() - reading.at >= FRESH_MS) {
      const value = read();
      const mine = { at: now(), value };
      reading = mine;
      // A failed reading is not kept.
      value.catch(() => {
        if (reading === mine) reading = undefined;
      });
    }
    return reading.value;
  };
};

const countNodes = async (parts: StatsParts): Promise<NodeCounts> => {
  // Alone on its database, this replica knows each node to the second; else the rows know them to a few.
  if (!parts.shared) return parts.sessions.counts();
  const workers = await parts.queue.workers();
  const inState = (state: string): number => workers.filter((one) => one.state === state).length;
  return { active: inState("active"), suspect: inState("suspect") };
};

const networkOf = (row: StatsRow, nodes: NodeCounts): NetworkStats => ({
  nodesActive: nodes.active,
  nodesSuspect: nodes.suspect,
  tasksQueued: row.queued,
  tasksLeased: row.leased,
  oldestQueuedMs: BigInt(row.oldestQueuedMs),
  acceptedLastMinute: row.acceptedLastMinute,
  acceptedTotal: BigInt(row.acceptedTotal),
  failedTotal: BigInt(row.failedTotal),
  circuits: row.circuits.map((circuit) => ({
    circuitId: circuit.circuitId,
    queued: circuit.queued,
    leased: circuit.leased,
    accepted: BigInt(circuit.accepted),
    proofMsP50: circuit.proofMsP50,
    proofMsP95: circuit.proofMsP95,
  })),
});

export const openStats = (parts: StatsParts): StatsFeed => {
  const latest = fresh(() => parts.queue.stats(), parts.now);
  const nodes = fresh(() => countNodes(parts), parts.now);
  return {
    latest,
    network: async () => networkOf(...(await Promise.all([latest(), nodes()]))),
  };
};
