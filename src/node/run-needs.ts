/** What one life of a node needs of its surroundings. */
import type { Doubt, LoadOutcome, WantedCircuit } from "../artifacts/protocol.ts";
import type { Clock, Random } from "../domain/clock.ts";
import type { NodeNews } from "../domain/event.ts";
import type { Log } from "../domain/log.ts";
import type { Offer, Registration, ReportAnswer, StartAnswer } from "../domain/session.ts";
import type { AttemptRef, Report } from "../domain/task.ts";
import type { Coordinator } from "./link/coordinator.ts";
import type { OutboxStore } from "./outbox/outbox.ts";
import type { Sender } from "./outbox/outboxes.ts";
import type { Prover } from "./pool/prover.ts";
import type { PageSide } from "./presence.ts";
import type { Settings } from "./protocol.ts";
import type { MetricsBook } from "./telemetry/metrics.ts";

export type RunNeeds = {
  /** Read anew each time: some settings change while the node runs. */
  readonly settings: () => Settings;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: MetricsBook;
  readonly coordinator: NodeCoordinator;
  readonly spawn: (lane: number) => Prover;
  /** As in NodeNeeds. */
  readonly togetherFrom: number;
  /** Of this device, for all proofs together. */
  readonly memoryBudgetBytes: number;
  /** Something that was made with a circuit's files was wrong. */
  readonly doubt: (doubt: Doubt) => void;
  /** `heard` is called while something comes of a download. */
  readonly load: (wanted: WantedCircuit, heard: () => void) => Promise<LoadOutcome>;
  readonly outbox: OutboxStore;
  /** What still waits of this browser's earlier ids, and at earlier coordinators. */
  readonly earlier: readonly Sender[];
  readonly identity: Identity;
  readonly page: PageSide;
  readonly hidden: () => boolean;
  readonly show: (news: NodeNews) => void;
};

export type NodeCoordinator = Coordinator & {
  readonly begin: (attempt: AttemptRef, signal: AbortSignal) => Promise<StartAnswer>;
  readonly report: (report: Report, signal: AbortSignal) => Promise<ReportAnswer>;
};

/** What the node tells of itself when it registers, and what it keeps of the answer. */
export type Identity = {
  readonly offer: () => Omit<
    Offer,
    "slots" | "curves" | "engine" | "selfTestMs" | "held" | "deniedCircuits"
  >;
  readonly registered: (registration: Registration) => Promise<void>;
};

/** The original worker's statistics. */
export type Statistics = {
  readonly active: number;
  readonly queued: number;
  readonly connected: boolean;
};
