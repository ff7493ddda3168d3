/** What a node needs of its platform. */
import type { ArtifactOptions, CompiledKernel } from "../artifacts/protocol.ts";
import type { Clock, Random } from "../domain/clock.ts";
import type { WorkerId } from "../domain/ids.ts";
import type { ChannelPort, LockPort } from "./leadership.ts";
import type { KeptReceipt, OutboxStore } from "./outbox/outbox.ts";
import type { Prover } from "./pool/prover.ts";
import type { About } from "./protocol.ts";
import type { Verifier } from "./receipts.ts";
import type { NodeCoordinator } from "./run-needs.ts";
import type { ArtifactWorker } from "./shelf.ts";
import type { RingStore } from "./telemetry/ring.ts";

export type NodeNeeds = {
  readonly clock: Clock;
  readonly random: Random;
  readonly store: NodeStore;
  readonly lock: LockPort;
  readonly channel: ChannelPort;
  /** Everything about this build and browser but the engine. */
  readonly about: Omit<About, "engine">;
  /** For proving, bytes; 0 = unknown. */
  readonly memoryBudgetBytes: number;
  readonly readConfig: () => Promise<unknown>;
  readonly connect: (options: ConnectOptions) => NodeCoordinator;
  readonly post: (url: string, frame: Uint8Array<ArrayBuffer>) => Promise<boolean>;
  /** Proofs over a domain of so many elements or more are made by several provers, when some have no task. */
  readonly togetherFrom: number;
  /** It begins with these kernels, fastest first; those of a circuit come with its files. */
  readonly spawnProver: (lane: number, kernels: Promise<readonly CompiledKernel[]>) => Prover;
  readonly spawnVerifier: () => Verifier;
  readonly spawnArtifacts: (options: ArtifactOptions) => ArtifactWorker;
  readonly print: (line: string) => void;
};

export type ConnectOptions = {
  readonly origin: string;
  readonly workerId: WorkerId;
  readonly token: () => string;
  /** Told of each call's outcome, a gRPC code in capitals. */
  readonly called: (method: string, status: string) => void;
};

/** All that a node keeps on its device, but circuits. */
export type NodeStore = {
  readonly values: {
    readonly get: (name: string) => Promise<unknown>;
    readonly set: (name: string, value: unknown) => Promise<void>;
  };
  readonly ring: RingStore;
  /** Reports of one worker id at one coordinator. */
  readonly outbox: (scope: string) => OutboxStore;
  /** Scopes of which reports wait. */
  readonly outboxScopes: () => Promise<readonly string[]>;
  readonly receipt: (attemptId: string) => Promise<KeptReceipt | undefined>;
  /** Newest first. */
  readonly receipts: () => Promise<readonly KeptReceipt[]>;
};
