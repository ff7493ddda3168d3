import type { MessageDescriptor } from "@lingui/core";
import { msg, plural } from "@lingui/core/macro";
import type { Settings, SettingsSource } from "../../store/view.ts";

export type FieldWords = { readonly label: MessageDescriptor; readonly rule: MessageDescriptor };

export const fieldWords: Readonly<Record<keyof Settings, FieldWords>> = {
  concurrency: {
    label: msg`Provers at once`,
    rule: msg`From 1 to twice the number of cores. Each prover uses one core.`,
  },
  heartbeatIntervalMs: {
    label: msg`Heartbeat interval, seconds`,
    rule: msg`From 1 to 60. How often this node says that it is alive.`,
  },
  coordinatorAddress: {
    label: msg`Coordinator address`,
    rule: msg`Empty: the host of this page. Any other must be one that this host lists.`,
  },
  id: {
    label: msg`Node id`,
    rule: msg`1 to 128 of A–Z, a–z, 0–9 and . _ : -`,
  },
  curves: { label: msg`Curves`, rule: msg`At least one.` },
  engine: {
    label: msg`Proving engine`,
    rule: msg`Automatic tries what this browser can run and takes the fastest. The others are for comparing.`,
  },
  keepaliveTimeMs: {
    label: msg`Keepalive time, seconds`,
    rule: msg`Silence of the task stream after which it is probed.`,
  },
  keepaliveTimeoutMs: {
    label: msg`Keepalive timeout, seconds`,
    rule: msg`How long the probe may take before the stream is opened again.`,
  },
  allowUnsigned: {
    label: msg`Take circuits that nobody signed`,
    rule: msg`Off unless you know who made them: their code would run in your provers.`,
  },
  logLevel: {
    label: msg`Log level`,
    rule: msg`What is written to the log, and everything above it.`,
  },
};

export const curveWords = { bn128: "BN254", bls12381: "BLS12-381" } as const;

export const engineWords: Readonly<Record<Settings["engine"], MessageDescriptor>> = {
  auto: msg`Automatic`,
  wide4: msg`wide4 – wide arithmetic`,
  fma2: msg`fma2 – relaxed SIMD`,
  ext4: msg`ext4 – SIMD`,
  scalar9: msg`scalar9 – any browser`,
  snarkjs: msg`snarkjs – the reference`,
};

export const sourceWords: Readonly<Record<SettingsSource, MessageDescriptor>> = {
  default: msg`default`,
  "config.json": msg`from config.json`,
  saved: msg`saved here`,
  url: msg`from the page's address`,
};

export const settingsWords = {
  title: msg`Settings`,
  about: msg`Kept in this browser. What the page's address sets wins over what is saved here.`,
  groups: { work: msg`Work`, connection: msg`Connection`, trust: msg`Trust and logs` },
  save: msg`Save`,
  saving: msg`Saving`,
  unchanged: msg`Nothing was changed.`,
  saved: msg`Saved.`,
  savedRestart: msg`Saved. It takes effect after Stop and Start.`,
  refused: (count: number): MessageDescriptor =>
    msg`${plural(count, {
      one: "Not saved: one value breaks its rule.",
      other: "Not saved: # values break their rules.",
    })}`,
  problem: (rule: string, value: string): MessageDescriptor =>
    value === ""
      ? msg`The value is not possible: it ${rule}.`
      : msg`“${value}” is not possible: it ${rule}.`,
  loading: msg`Reading the settings`,
} as const;
