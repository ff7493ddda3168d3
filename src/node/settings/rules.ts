/** One row per setting: the original worker's name and rule, the default, and how its text becomes a value. */
import { curves as allCurves, type Curve } from "../../domain/circuit.ts";
import { durationRule, durationText, durationWithin, type Span } from "../../domain/duration.ts";
import { engineChoices } from "../../domain/engine.ts";
import { workerId } from "../../domain/ids.ts";
import {
  HEARTBEAT_INTERVAL_MS,
  HEARTBEAT_INTERVAL_SPAN,
  STREAM_KEEPALIVE_MS,
  STREAM_KEEPALIVE_SPAN,
  STREAM_PROBE_TIMEOUT_MS,
  STREAM_PROBE_TIMEOUT_SPAN,
} from "../../domain/limits.ts";
import type { Settings } from "../protocol.ts";
import { levels } from "../telemetry/log.ts";

/** What rules and defaults depend on. */
export type Device = {
  /** Logical cores, at least 1. */
  readonly cores: number;
  /** The stored id of this browser's node. */
  readonly id: string;
  /** Where a coordinator may be besides the page's own host: the host's list, which its content security policy has too. */
  readonly coordinatorOrigins: readonly string[];
};

export type Rule<Value> = {
  /** The original worker's key. */
  readonly field: string;
  /** The section of config.json that it stands in. */
  readonly section: "worker" | "zkp";
  readonly byDefault: (device: Device) => Value;
  /** In words, completing "must be". */
  readonly rule: (device: Device) => string;
  /** `undefined` = breaks the rule. Takes text and what JSON has. */
  readonly parse: (raw: unknown, device: Device) => Value | undefined;
  /** A value in the form that `parse` takes. */
  readonly text: (value: Value) => string;
  /** Whether a running node takes it up at once. */
  readonly live: boolean;
};

export type Rules = { readonly [Key in keyof Settings]: Rule<Settings[Key]> };

const curveNames: Readonly<Record<Curve, string>> = { bn128: "BN254", bls12381: "BLS12-381" };

export const rules: Rules = {
  coordinatorAddress: {
    field: "coordinator_address",
    section: "worker",
    byDefault: () => "",
    rule: ({ coordinatorOrigins: listed }) =>
      listed.length === 0
        ? "empty (this page's own coordinator): its host lists no other in coordinator_origins"
        : `empty (this page's own) or one that its host lists in coordinator_origins: ${listed.join(", ")}`,
    parse: (raw, { coordinatorOrigins }) => parseOrigin(raw, coordinatorOrigins),
    text: String,
    live: false,
  },
  id: {
    field: "id",
    section: "worker",
    byDefault: ({ id }) => id,
    rule: () => "1 to 128 characters of A-Z a-z 0-9 . _ : -",
    parse: (raw) => (typeof raw === "string" ? workerId(raw) : undefined),
    text: String,
    live: false,
  },
  concurrency: {
    field: "concurrency",
    section: "worker",
    byDefault: ({ cores }) => Math.max(1, cores - 1),
    rule: ({ cores }) => `a whole number from 1 to ${2 * cores} (twice the cores)`,
    parse: (raw, { cores }) => parseCount(raw, 2 * cores),
    text: String,
    live: false,
  },
  heartbeatIntervalMs: duration("heartbeat_interval", {
    byDefaultMs: HEARTBEAT_INTERVAL_MS,
    span: HEARTBEAT_INTERVAL_SPAN,
    live: true,
  }),
  curves: {
    field: "curve",
    section: "zkp",
    byDefault: () => allCurves,
    rule: () => "BN254, BLS12-381, or both with a comma between them",
    parse: (raw) => parseCurves(raw),
    text: (value) => value.map((curve) => curveNames[curve]).join(","),
    live: false,
  },
  engine: {
    field: "engine",
    section: "worker",
    byDefault: () => "auto",
    rule: () => "auto, wide4, fma2, ext4, scalar9 or snarkjs",
    parse: (raw) => engineChoices.find((choice) => choice === raw),
    text: String,
    live: false,
  },
  keepaliveTimeMs: duration("keepalive_time", {
    byDefaultMs: STREAM_KEEPALIVE_MS,
    span: STREAM_KEEPALIVE_SPAN,
    live: false,
  }),
  keepaliveTimeoutMs: duration("keepalive_timeout", {
    byDefaultMs: STREAM_PROBE_TIMEOUT_MS,
    span: STREAM_PROBE_TIMEOUT_SPAN,
    live: false,
  }),
  allowUnsigned: {
    field: "allow_unsigned",
    section: "zkp",
    byDefault: () => false,
    rule: () => "true or false",
    parse: (raw) => parseFlag(raw),
    text: String,
    live: true,
  },
  logLevel: {
    field: "log_level",
    section: "worker",
    byDefault: () => "info",
    rule: () => "debug, info, warn or error",
    parse: (raw) => levels.find((level) => level === raw),
    text: String,
    live: true,
  },
};

// What it iterates is typed by `Rules` itself.
export const settingKeys = Object.keys(rules) as readonly (keyof Settings)[];

type DurationSetting = {
  readonly byDefaultMs: number;
  readonly span: Span;
  readonly live: boolean;
};

function duration(field: string, { byDefaultMs, span, live }: DurationSetting): Rule<number> {
  return {
    field,
    section: "worker",
    byDefault: () => byDefaultMs,
    rule: () => durationRule(span),
    parse: (raw) => durationWithin(raw, span),
    text: durationText,
    live,
  };
}

/** An origin of the list; the browser lets the page reach no other. */
const parseOrigin = (raw: unknown, listed: readonly string[]): string | undefined => {
  if (typeof raw !== "string") return undefined;
  if (raw === "") return "";
  const origin = raw.endsWith("/") ? raw.slice(0, -1) : raw;
  return listed.includes(origin) ? origin : undefined;
};

const parseCount = (raw: unknown, most: number): number | undefined => {
  const count = typeof raw === "string" && /^\d{1,4}$/.test(raw) ? Number(raw) : raw;
  if (typeof count !== "number" || !Number.isInteger(count)) return undefined;
  return count >= 1 && count <= most ? count : undefined;
};

const parseCurves = (raw: unknown): readonly Curve[] | undefined => {
  if (typeof raw !== "string") return undefined;
  const named = raw.split(",").map((name) => name.trim().toUpperCase());
  const known = allCurves.filter((curve) => named.includes(curveNames[curve]));
  const complete = named.every((name) => known.some((curve) => curveNames[curve] === name));
  return complete && known.length > 0 ? known : undefined;
};

const parseFlag = (raw: unknown): boolean | undefined => {
  if (raw === true || raw === "true") return true;
  return raw === false || raw === "false" ? false : undefined;
};
