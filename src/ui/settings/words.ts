import type { Settings, SettingsSource } from "../../store/view.ts";

export type FieldWords = { readonly label: string; readonly rule: string };

export const fieldWords: Readonly<Record<keyof Settings, FieldWords>> = {
  concurrency: {
    label: "Provers at once",
    rule: "From 1 to twice the number of cores. Each prover uses one core.",
  },
  heartbeatIntervalMs: {
    label: "Heartbeat interval, seconds",
    rule: "From 1 to 60. How often this node says that it is alive.",
  },
  coordinatorAddress: {
    label: "Coordinator address",
    rule: "Empty: the host of this page. Any other must be one that this host lists.",
  },
  id: {
    label: "Node id",
    rule: "1 to 128 of A–Z, a–z, 0–9 and . _ : -",
  },
  curves: { label: "Curves", rule: "At least one." },
  engine: {
    label: "Proving engine",
    rule: "Automatic tries what this browser can run and takes the fastest. The others are for comparing.",
  },
  keepaliveTimeMs: {
    label: "Keepalive time, seconds",
    rule: "Silence of the task stream after which it is probed.",
  },
  keepaliveTimeoutMs: {
    label: "Keepalive timeout, seconds",
    rule: "How long the probe may take before the stream is opened again.",
  },
  allowUnsigned: {
    label: "Take circuits that nobody signed",
    rule: "Off unless you know who made them: their code would run in your provers.",
  },
  logLevel: { label: "Log level", rule: "What is written to the log, and everything above it." },
};

export const curveWords = { bn128: "BN254", bls12381: "BLS12-381" } as const;

export const engineWords: Readonly<Record<Settings["engine"], string>> = {
  auto: "Automatic",
  wide4: "wide4 – wide arithmetic",
  fma2: "fma2 – relaxed SIMD",
  ext4: "ext4 – SIMD",
  scalar9: "scalar9 – any browser",
  snarkjs: "snarkjs – the reference",
};

export const sourceWords: Readonly<Record<SettingsSource, string>> = {
  default: "default",
  "config.json": "from config.json",
  saved: "saved here",
  url: "from the page's address",
};

export const settingsWords = {
  title: "Settings",
  about: "Kept in this browser. What the page's address sets wins over what is saved here.",
  groups: { work: "Work", connection: "Connection", trust: "Trust and logs" },
  save: "Save",
  saving: "Saving",
  unchanged: "Nothing was changed.",
  saved: "Saved.",
  savedRestart: "Saved. It takes effect after Stop and Start.",
  refused: (count: number): string =>
    count === 1
      ? "Not saved: one value breaks its rule."
      : `Not saved: ${count} values break their rules.`,
  problem: (rule: string, value: string): string =>
    `${value === "" ? "The value" : `“${value}”`} is not possible: it ${rule}.`,
  loading: "Reading the settings",
} as const;
