/**
 * Branded ids: a string becomes one only through its maker, so an attempt can never be passed for a task.
 * The makers check form, not existence; they return `undefined` for anything malformed.
 */
declare const brand: unique symbol;
type Brand<Name extends string> = string & { readonly [brand]: Name };

/** One proof to make, e.g. "t_0k3v9x…". Made by the coordinator. */
export type TaskId = Brand<"TaskId">;
/** What an owner submitted, e.g. "j_7c1…". Made by the coordinator. */
export type JobId = Brand<"JobId">;
/** One task given to one node: 32 hex digits (128 random bits). Made by the coordinator. */
export type AttemptId = Brand<"AttemptId">;
/** One node; on the wire the seed's `worker_id`: 1..128 of [A-Za-z0-9._:-]. Chosen by the node. */
export type WorkerId = Brand<"WorkerId">;
/** One registration of a node. Made by the coordinator. */
export type SessionId = Brand<"SessionId">;
/** A circuit, e.g. "merkle_proof": a letter, then up to 63 of [a-z0-9_]. */
export type CircuitId = Brand<"CircuitId">;
/** SHA-256 in 64 lower-case hex digits. */
export type Sha256 = Brand<"Sha256">;

const maker =
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller names the brand that it makes
  <Id extends string>(form: RegExp) =>
    (text: string): Id | undefined =>
      // The one place where a plain string gets its brand.
      form.test(text) ? (text as Id) : undefined;

export const taskId = maker<TaskId>(/^[A-Za-z0-9_-]{1,64}$/);
export const jobId = maker<JobId>(/^[A-Za-z0-9_-]{1,64}$/);
export const attemptId = maker<AttemptId>(/^[A-Za-z0-9_-]{1,64}$/);
export const workerId = maker<WorkerId>(/^[A-Za-z0-9._:-]{1,128}$/);
export const sessionId = maker<SessionId>(/^[A-Za-z0-9_-]{1,64}$/);
export const circuitId = maker<CircuitId>(/^[a-z][a-z0-9_]{0,63}$/);
export const sha256 = maker<Sha256>(/^[0-9a-f]{64}$/);
