/**
 * The coordinator's settings: defaults < file < environment. Whatever breaks its rule is refused at the start, with the
 * field, the value and the rule; all of them at once.
 */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import * as v from "valibot";
import { CoordinatorFailure } from "./failure.ts";
import { logLevels } from "./log.ts";
import { nearest } from "./nearest.ts";
import { durationRule, durationWithin } from "../src/domain/duration.ts";
import type { Span } from "../src/domain/duration.ts";
import { engineChoices } from "../src/domain/engine.ts";
import {
  HEARTBEAT_INTERVAL_MS,
  HEARTBEAT_INTERVAL_SPAN,
  LEASE_TTL_MS,
  STREAM_KEEPALIVE_SPAN,
  STREAM_PROBE_TIMEOUT_SPAN,
} from "../src/domain/limits.ts";

const MINUTE_MS = 60_000;

const whole = (low: number, high: number) => {
  const rule = `a whole number from ${low} to ${high}`;
  return v.pipe(v.number(rule), v.integer(rule), v.minValue(low, rule), v.maxValue(high, rule));
};
const text = v.string("text");
/** The page's own rule for the same setting: what its nodes would refuse is refused here already. */
const duration = (span: Span) => {
  const rule = durationRule(span);
  return v.pipe(
    v.string(rule),
    v.check((value) => durationWithin(value, span) !== undefined, rule),
  );
};
const flag = v.boolean("true or false");
const choice = <const Options extends readonly string[]>(options: Options) =>
  v.picklist(options, `one of ${options.join(", ")}`);

const isOrigin = (value: string): boolean => URL.canParse(value) && new URL(value).origin === value;
const isPostgresUrl = (value: string): boolean => /^postgres(ql)?:\/\/.+/u.test(value);

const origins = v.array(
  v.pipe(
    text,
    v.check(isOrigin, 'an exact origin such as "https://prove.example.org", without a path'),
  ),
  "a list of origins",
);

/** What the page's node is told by /config.json, in the seed's key names. */
const workerSchema = v.strictObject({
  id: v.optional(text),
  coordinator_address: v.optional(text),
  concurrency: v.optional(whole(1, 256)),
  heartbeat_interval: v.optional(duration(HEARTBEAT_INTERVAL_SPAN)),
  keepalive_time: v.optional(duration(STREAM_KEEPALIVE_SPAN)),
  keepalive_timeout: v.optional(duration(STREAM_PROBE_TIMEOUT_SPAN)),
  engine: v.optional(choice(engineChoices)),
});
const curveRule = /^\s*(BN254|BLS12-381)(\s*,\s*(BN254|BLS12-381))?\s*$/iu;
const zkpSchema = v.strictObject({
  curve: v.optional(v.pipe(text, v.regex(curveRule, "BN254, BLS12-381, or both with a comma"))),
});

/** Every setting by its name in the file; the environment uses the same names in capitals. */
const entries = {
  host: v.optional(text, ""),
  port: v.optional(whole(0, 65_535), 8080),
  admin_host: v.optional(text, "127.0.0.1"),
  admin_port: v.optional(whole(0, 65_535), 9091),
  data_dir: v.optional(v.pipe(text, v.nonEmpty("the path of a folder")), ".data"),
  database_url: v.optional(
    v.pipe(
      text,
      v.check(
        (url) => url === "" || isPostgresUrl(url),
        'a URL such as "postgres://user@host/name"',
      ),
    ),
    "",
  ),
  tls_cert_file: v.optional(text, ""),
  tls_key_file: v.optional(text, ""),
  log_level: v.optional(choice(logLevels), "info"),
  allowed_origins: v.optional(origins, []),
  coordinator_origins: v.optional(origins, []),
  allow_legacy_workers: v.optional(choice(["loopback", "always", "never"]), "loopback"),
  metrics_per_worker: v.optional(flag, true),
  practice_tasks: v.optional(flag, true),
  input_binding: v.optional(choice(["always", "pins-only"]), "always"),
  heartbeat_interval_ms: v.optional(
    whole(HEARTBEAT_INTERVAL_SPAN.fromMs, HEARTBEAT_INTERVAL_SPAN.toMs),
    HEARTBEAT_INTERVAL_MS,
  ),
  lease_ttl_ms: v.optional(whole(3_000, 60 * MINUTE_MS), LEASE_TTL_MS),
  /** The limits for strangers; 0 = none. */
  max_connections_per_address: v.optional(whole(0, 1_000_000), 2_000),
  max_enrolments_per_hour: v.optional(whole(0, 1_000_000), 1_000),
  max_watchers_per_address: v.optional(whole(0, 1_000_000), 1_000),
  max_reports_per_minute: v.optional(whole(0, 1_000_000), 1_200),
  pinned_manifest_keys: v.optional(
    v.array(v.pipe(text, v.regex(/^[0-9a-f]{64}$/u, "64 hex digits")), "a list of keys"),
    [],
  ),
  worker: v.optional(workerSchema, {}),
  zkp: v.optional(zkpSchema, {}),
};

const schema = v.pipe(
  v.strictObject(entries),
  // Each is forwarded to the field that breaks it, so that the field and its value are named.
  v.forward(
    v.partialCheck(
      [["tls_cert_file"], ["tls_key_file"]],
      (config) => config.tls_cert_file !== "" || config.tls_key_file === "",
      "given together with tls_key_file",
    ),
    ["tls_cert_file"],
  ),
  v.forward(
    v.partialCheck(
      [["tls_cert_file"], ["tls_key_file"]],
      (config) => config.tls_cert_file === "" || config.tls_key_file !== "",
      "given together with tls_cert_file",
    ),
    ["tls_key_file"],
  ),
  v.forward(
    v.partialCheck(
      [["lease_ttl_ms"], ["heartbeat_interval_ms"]],
      (config) => config.lease_ttl_ms >= 3 * config.heartbeat_interval_ms,
      "at least three heartbeats long: lease_ttl_ms >= 3 x heartbeat_interval_ms",
    ),
    ["lease_ttl_ms"],
  ),
);

export type Config = Readonly<v.InferOutput<typeof schema>> & {
  /** NODE_ENV=production: no practice tasks, whatever else is set. */
  readonly production: boolean;
};

export type Environment = Readonly<Record<string, string | undefined>>;

/** A setting of the environment as the file would write it: numbers, flags and comma lists are read from text. */
const fromText = (name: string, value: string): unknown => {
  const fallback: unknown = v.getDefaults(v.object(entries))[name as keyof typeof entries];
  if (typeof fallback === "number") return /^-?\d+$/u.test(value.trim()) ? Number(value) : value;
  if (typeof fallback === "boolean") return readFlag(value);
  if (!Array.isArray(fallback)) return value;
  return value
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
};

const readFlag = (value: string): unknown => {
  if (/^(1|true|yes|on)$/iu.test(value)) return true;
  return /^(0|false|no|off)$/iu.test(value) ? false : value;
};

/** Settings that have a form as one line of text; the nested ones are for the file. */
const environmentNames = Object.keys(entries).filter((name) => name !== "worker" && name !== "zkp");

const fromEnvironment = (environment: Environment): Record<string, unknown> => {
  const found: Record<string, unknown> = {};
  for (const name of environmentNames) {
    const value = environment[name.toUpperCase()];
    if (value !== undefined && value !== "") found[name] = fromText(name, value);
  }
  return found;
};

const configFailure = (problem: string, remedy: string): CoordinatorFailure =>
  new CoordinatorFailure({ kind: "invalid", reason: "CONFIG_INVALID", problem, remedy });

const fromFile = (environment: Environment): Record<string, unknown> => {
  const named = environment.CONFIG_FILE ?? "";
  const file = named !== "" ? named : path.join(environment.DATA_DIR ?? ".data", "config.json");
  if (!existsSync(file)) {
    if (named === "") return {};
    throw configFailure(`CONFIG_FILE: "${named}" does not exist`, "it must be a JSON file");
  }
  const value = parseFile(file);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  throw configFailure(`${file}: not an object`, 'it must be like {"port":8080}');
};

const parseFile = (file: string): unknown => {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw configFailure(`${file}: ${why}`, "it must be a readable file with valid JSON");
  }
};

/** Keys that a folder under `config` knows, for the suggestion beside one that it does not. */
const knownKeys = (parent: string): readonly string[] => {
  if (parent === "worker") return Object.keys(workerSchema.entries);
  return parent === "zkp" ? Object.keys(zkpSchema.entries) : Object.keys(entries);
};

const describe = (issue: v.BaseIssue<unknown>): string => {
  const field = v.getDotPath(issue) ?? "config";
  if (issue.type === "strict_object" && issue.expected === "never") {
    const [parent = "", name = ""] = field.includes(".") ? field.split(".") : ["", field];
    const close = nearest(name, knownKeys(parent));
    const hint = close === undefined ? "" : `; did you mean "${close}"?`;
    return `${field}: there is no such setting${hint}`;
  }
  if (issue.path === undefined) return `must be ${issue.message}`;
  // Of a rule across fields, `input` is the whole; the path ends at the one to blame.
  const found = issue.path.at(-1)?.value;
  return `${field}: ${JSON.stringify(found)} was found; it must be ${issue.message}`;
};

/** Reads and checks all settings; throws one CoordinatorFailure that lists every broken rule. */
export const loadConfig = (environment: Environment): Config => {
  const given = { ...fromFile(environment), ...fromEnvironment(environment) };
  const result = v.safeParse(schema, given);
  if (!result.success) {
    const problems = result.issues.map((issue) => describe(issue));
    throw configFailure(
      `the configuration is refused:\n  ${problems.join("\n  ")}\n`,
      "correct it in the file or the environment (names in capitals there)",
    );
  }
  return { ...result.output, production: environment.NODE_ENV === "production" };
};
