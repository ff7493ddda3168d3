/** The boundary between a pool and its threads: types only. */

export type ToThread = { readonly id: number; readonly job: unknown };

export type FromThread =
  /** Sent once, when the thread has loaded and takes jobs. */
  | { readonly type: "ready" }
  | { readonly type: "result"; readonly id: number; readonly result: unknown }
  /** The handler threw: a fault of ours, not of the job. */
  | { readonly type: "failure"; readonly id: number; readonly why: string };
