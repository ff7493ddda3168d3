/** Why an attempt failed, as it is reported to the coordinator. */
export type FailureCause =
  | "unknown_circuit"
  | "malformed_input"
  | "unsatisfied_constraints"
  | "timeout"
  | "out_of_memory"
  | "artifact"
  | "internal";

/** Every way in which something on a node goes wrong. */
export type FailureCode =
  | FailureCause
  /** A setting breaks its rule. */
  | "settings"
  /** The coordinator cannot be reached; trying again may help. */
  | "unreachable"
  /** The coordinator answered, and said no. */
  | "refused"
  /** A message from outside does not have its form. */
  | "malformed_message"
  /** The browser lacks a feature, or storage is full. */
  | "platform"
  /** A prover worker died or was ended. */
  | "prover_lost"
  /** Somebody stopped it; not an error. */
  | "cancelled";

/** The one error type of the node. `unknown` becomes it at the edge, once, by `from`. */
export class NodeFailure extends Error {
  readonly code: FailureCode;

  constructor(code: FailureCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "NodeFailure";
    this.code = code;
  }

  /** Keeps a NodeFailure as it is and gives anything else the code and its text. */
  static from(reason: unknown, code: FailureCode = "internal"): NodeFailure {
    if (reason instanceof NodeFailure) return reason;
    const message = reason instanceof Error ? reason.message : String(reason);
    return new NodeFailure(code, message, { cause: reason });
  }
}
