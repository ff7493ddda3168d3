/**
 * The boundary between the page and the node worker: types only. Calls over Comlink are coarse; state comes down the
 * port of `attach`, coalesced to at most four messages a second.
 */
import type { NodeState } from "../store/state.ts";
import type { Curve } from "../domain/circuit.ts";
import type { EngineChoice } from "../domain/engine.ts";

/** What the page exposes to nobody and the node worker exposes to the page. */
export type NodeApi = {
  /** Joins a page to the node: state, beacons and the goodbye frame come over `port`. Called once, first. */
  readonly attach: (port: MessagePortLike, page: PageFacts) => Promise<void>;
  /** Runs the eight start steps. Resolves when they are begun; progress comes as state. */
  readonly start: () => Promise<void>;
  /** First call drains for at most 30 s, a call while draining ends at once. Resolves when stopped. */
  readonly stop: () => Promise<void>;
  /** Checks and keeps settings; those that need a restart say so. Bad ones are refused with the field and the rule. */
  readonly configure: (changes: Partial<Settings>) => Promise<ConfigureOutcome>;
  readonly settings: () => Promise<EffectiveSettings>;
  /** The log ring, NDJSON in UTF-8, oldest line first. */
  readonly readLog: () => Promise<Uint8Array>;
  /** Checks a kept receipt: the coordinator's signature, and the proof against the pinned verification key. */
  readonly verifyReceipt: (attemptId: string) => Promise<ReceiptCheck>;
  /** What the page sees and a worker cannot. */
  readonly pageChanged: (change: PageChange) => Promise<void>;
  readonly removeCircuit: (circuitId: string) => Promise<void>;
  readonly about: () => Promise<About>;
};

/** MessagePort, in a realm-free form. */
export type MessagePortLike = {
  postMessage(message: unknown): void;
  // The type of a method, so that a real MessagePort, whose events have more than `data`, is one of these.
  onmessage: PortListener["listen"] | null;
};
type PortListener = { listen(event: { readonly data: unknown }): void };

export type PageFacts = {
  readonly origin: string;
  /** Query and fragment options, e.g. concurrency=2. */
  readonly urlOptions: Readonly<Record<string, string>>;
  readonly visible: boolean;
};

export type PageChange =
  "visible" | "hidden" | "freeze" | "resume" | "online" | "offline" | "pageshow";

/** Node worker to page, over the port of `attach`. */
export type ToPage =
  | { readonly type: "state"; readonly state: NodeState }
  /** Send this with sendBeacon and answer with `beacon-sent`. */
  | {
      readonly type: "beacon";
      readonly id: number;
      readonly url: string;
      readonly frame: Uint8Array;
    }
  /** Keep this; send it synchronously in `pagehide`. Replaces the one before; null = nothing to say goodbye for. */
  | {
      readonly type: "goodbye";
      readonly url: string;
      readonly frame: Uint8Array | null;
    };

/** Page to node worker, over the same port. */
export type FromPage = {
  readonly type: "beacon-sent";
  readonly id: number;
  readonly queued: boolean;
};

/** The seed's settings, in its words. */
export type Settings = {
  /** Origin of the coordinator; "" = the page's own. */
  readonly coordinatorAddress: string;
  readonly id: string;
  /** Provers at once, 1 .. 2 x cores. */
  readonly concurrency: number;
  /** 1000 .. 60000. */
  readonly heartbeatIntervalMs: number;
  /** Curves to prove on; at least one. */
  readonly curves: readonly Curve[];
  readonly keepaliveTimeMs: number;
  readonly keepaliveTimeoutMs: number;
  /** What proofs are made with. */
  readonly engine: EngineChoice;
  /** Take circuits whose manifest entry carries no valid signature. */
  readonly allowUnsigned: boolean;
  readonly logLevel: "debug" | "info" | "warn" | "error";
};

export type SettingsSource = "default" | "config.json" | "saved" | "url";

export type EffectiveSettings = {
  readonly values: Settings;
  readonly sources: Readonly<Record<keyof Settings, SettingsSource>>;
  /** Rules broken by any source, each naming field, value and rule; the node does not start while there are any. */
  readonly problems: readonly SettingsProblem[];
};

export type SettingsProblem = {
  readonly field: string;
  readonly value: string;
  readonly rule: string;
  readonly source: SettingsSource;
};

export type ConfigureOutcome =
  | { readonly saved: true; readonly needsRestart: boolean }
  | { readonly saved: false; readonly problems: readonly SettingsProblem[] };

export type ReceiptCheck = {
  /** The coordinator's signature over the receipt holds. */
  readonly signature: boolean;
  /** The receipt names exactly this proof and its public signals. */
  readonly digest: boolean;
  /** The proof verifies against the verification key that the manifest pins. */
  readonly proof: boolean;
  /** Why one of them is false. */
  readonly problem: string;
};

export type About = {
  readonly version: string;
  readonly commit: string;
  readonly engine: string;
  readonly cores: number;
  readonly crossOriginIsolated: boolean;
  readonly secureContext: boolean;
  readonly simd: boolean;
  readonly platform: string;
};
