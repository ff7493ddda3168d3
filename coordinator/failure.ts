/** Why the coordinator refuses or cannot do something: the one error type of this side. */

/** gRPC codes in use, in words. */
export type FailureKind =
  | "invalid"
  | "not-found"
  | "exists"
  | "precondition"
  | "unauthenticated"
  | "forbidden"
  | "exhausted"
  | "unavailable"
  | "deadline"
  | "internal";

export type FailureDetail = {
  readonly kind: FailureKind;
  /** Stable, in capitals, e.g. "INPUT_SIGNAL_MISSING". */
  readonly reason: string;
  /** Path of the field to blame, e.g. "inputs[3].leaf_index"; "" when none is. */
  readonly field?: string;
  /** What was found. */
  readonly problem: string;
  /** What would be right. */
  readonly remedy: string;
  /** Try again after this long, ms; 0 = trying again does not help. */
  readonly retryAfterMs?: number;
};

export class CoordinatorFailure extends Error {
  readonly kind: FailureKind;
  readonly reason: string;
  readonly field: string;
  readonly problem: string;
  readonly remedy: string;
  readonly retryAfterMs: number;

  constructor(detail: FailureDetail, options?: ErrorOptions) {
    super(sentence(detail), options);
    this.name = "CoordinatorFailure";
    this.kind = detail.kind;
    this.reason = detail.reason;
    this.field = detail.field ?? "";
    this.problem = detail.problem;
    this.remedy = detail.remedy;
    this.retryAfterMs = detail.retryAfterMs ?? 0;
  }

  /** Keeps a CoordinatorFailure as it is; anything else becomes an internal one that says nothing to the caller. */
  static from(reason: unknown): CoordinatorFailure {
    if (reason instanceof CoordinatorFailure) return reason;
    return new CoordinatorFailure(
      {
        kind: "internal",
        reason: "INTERNAL",
        problem: "the coordinator failed on this request",
        remedy: "try again; the coordinator's log has the cause",
      },
      { cause: reason },
    );
  }
}

const sentence = (detail: FailureDetail): string => {
  const field = detail.field === undefined || detail.field === "" ? "" : `${detail.field}: `;
  return `${field}${detail.problem}; ${detail.remedy}`;
};

/** A field that breaks its rule. `rule` reads after "must be", e.g. "1 to 256". */
export const invalidField = (field: string, found: string, rule: string): CoordinatorFailure =>
  new CoordinatorFailure({
    kind: "invalid",
    reason: "FIELD_INVALID",
    field,
    problem: `${found} was found`,
    remedy: `it must be ${rule}`,
  });
