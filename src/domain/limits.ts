// Every number that node and coordinator share, each with its unit and its reason.

/** The version of proto/coordinator.proto that this code speaks. */
export const PROTOCOL_VERSION = 1;

/** Seed: a worker may hold at most 1 MiB of input per task. */
export const MAX_INPUT_BYTES = 1 << 20;
/** Deeper nesting than any circuit declares, shallow enough for any JSON walker's stack. */
export const MAX_INPUT_DEPTH = 16;
/** More signals than a circuit that a browser can prove takes. */
export const MAX_INPUT_SIGNALS = 1_000_000;
/** A report is a few hundred bytes of proof and at most some hundred public signals. */
export const MAX_REPORT_BYTES = 64 * 1024;
/** A beacon shares a 64 KiB budget with everything else in flight. */
export const MAX_HEARTBEAT_BYTES = 16 * 1024;
/** Owners send at most this many inputs in one job. */
export const MAX_TASKS_PER_JOB = 1000;

/** Default time an attempt may stay unmentioned: three of the longest heartbeat intervals that the default allows. */
export const LEASE_TTL_MS = 90_000;
/** Seed: heartbeat every 5 s. */
export const HEARTBEAT_INTERVAL_MS = 5_000;
/** Seed: 1 to 60 s. */
export const HEARTBEAT_INTERVAL_SPAN = { fromMs: 1_000, toMs: 60_000 };
/** Seed: a heartbeat call may take 3 s. */
export const HEARTBEAT_TIMEOUT_MS = 3_000;
/** Seed: ping every 10 s, dead 3 s later. */
export const STREAM_KEEPALIVE_MS = 10_000;
export const STREAM_KEEPALIVE_SPAN = { fromMs: 1_000, toMs: 300_000 };
/** A stream silent for keepalive + 3 s is probed; this long after the probe's failure or silence it is reopened. */
export const STREAM_PROBE_TIMEOUT_MS = 3_000;
export const STREAM_PROBE_TIMEOUT_SPAN = { fromMs: 1_000, toMs: 60_000 };
export const STREAM_HIDDEN_SILENCE_MS = 40_000;
/** Seed: the first call may take 10 s. */
export const CONNECT_TIMEOUT_MS = 10_000;
/** Seed: registration may take 5 s. */
export const REGISTER_TIMEOUT_MS = 5_000;
/** Verification and commit on a loaded coordinator; far above the milliseconds that it takes on an idle one. */
export const REPORT_TIMEOUT_MS = 30_000;
/** Seed: 30 s to finish what is being proven, then it is ended. */
export const SHUTDOWN_TIMEOUT_MS = 30_000;
/** The hard limit of an attempt until there are 20 samples of its circuit. */
export const HARD_LIMIT_DEFAULT_MS = 600_000;
/**
 * Below so many elements a proof takes a prover well under a second: dividing it among several gains too little to keep
 * them from tasks of their own.
 */
export const TOGETHER_FROM_DOMAIN = 2 ** 16;
