/** Why a command ends otherwise than well: the one error type of the command line, and its exit codes. */
import { Code, ConnectError } from "@connectrpc/connect";
import { ErrorInfoSchema } from "../src/gen/proving/v1/error_pb.ts";

/** What the program's exit code says. The table is also in docs/cli.md. */
export const exitCodes = {
  ok: 0,
  /** The answer is no: an invalid proof, or a job that did not end with all its proofs. */
  no: 1,
  /** The command line or a file that it names is wrong; nothing was sent. */
  usage: 2,
  unreachable: 3,
  unauthorised: 4,
  notFound: 5,
  /** The coordinator refused the request as it is. */
  refused: 6,
  /** Over a limit; the same request may pass later. */
  busy: 7,
  /** The task is final and has no proof. */
  noProof: 8,
  /** The task has no proof yet. */
  notReady: 9,
  internal: 10,
  interrupted: 130,
} as const;

export type ExitName = keyof typeof exitCodes;

export type CliFailureDetail = {
  readonly exit: ExitName;
  /** What was wrong and what would be right, one sentence. */
  readonly message: string;
  /** Stable, in capitals; "" when the coordinator named none. */
  readonly reason?: string;
  /** Path of the field to blame; "" when none is. */
  readonly field?: string;
  /** What would be right; "" when the message says it. */
  readonly remedy?: string;
  /** What was wrong alone; "" when the coordinator named none. */
  readonly problem?: string;
  /** The same request may pass after this long, ms; 0 = nobody said so. */
  readonly retryAfterMs?: number;
};

export class CliFailure extends Error {
  readonly exit: ExitName;
  readonly reason: string;
  readonly field: string;
  readonly remedy: string;
  readonly problem: string;
  readonly retryAfterMs: number;

  constructor(detail: CliFailureDetail, options?: ErrorOptions) {
    super(detail.message, options);
    this.name = "CliFailure";
    this.exit = detail.exit;
    this.reason = detail.reason ?? "";
    this.field = detail.field ?? "";
    this.remedy = detail.remedy ?? "";
    this.problem = detail.problem ?? "";
    this.retryAfterMs = detail.retryAfterMs ?? 0;
  }

  /** Keeps a CliFailure as it is and turns what a call or the system threw into one. */
  static from(thrown: unknown): CliFailure {
    if (thrown instanceof CliFailure) return thrown;
    if (thrown instanceof ConnectError) return fromConnect(thrown);
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return new CliFailure({ exit: "internal", message }, { cause: thrown });
  }
}

/** A command line or file that cannot be understood. */
export const usage = (message: string, cause?: unknown): CliFailure =>
  new CliFailure({ exit: "usage", message }, { cause });

/** Whether trying the same call again may help: nobody answered, or the answer broke off. */
export const isTransient = (thrown: unknown): boolean =>
  CliFailure.from(thrown).exit === "unreachable";

const exitOf: Readonly<Partial<Record<Code, ExitName>>> = {
  [Code.Canceled]: "interrupted",
  [Code.InvalidArgument]: "refused",
  [Code.OutOfRange]: "refused",
  [Code.AlreadyExists]: "refused",
  [Code.FailedPrecondition]: "refused",
  [Code.Unimplemented]: "refused",
  [Code.NotFound]: "notFound",
  [Code.PermissionDenied]: "unauthorised",
  [Code.Unauthenticated]: "unauthorised",
  [Code.ResourceExhausted]: "busy",
  [Code.Unavailable]: "unreachable",
  [Code.DeadlineExceeded]: "unreachable",
  [Code.Aborted]: "unreachable",
};

const fromConnect = (error: ConnectError): CliFailure => {
  const exit = exitOf[error.code] ?? (isNetworkError(error) ? "unreachable" : "internal");
  const [info] = error.findDetails(ErrorInfoSchema);
  if (info === undefined)
    return new CliFailure({ exit, message: error.rawMessage }, { cause: error });
  const retryAfterMs = Number(info.retryAfterMs);
  const later = retryAfterMs === 0 ? "" : `; try again in ${retryAfterMs / 1000} s`;
  const where = info.field === "" ? "" : `${info.field}: `;
  return new CliFailure(
    {
      exit,
      message: `${where}${info.problem}; ${info.remedy}${later}`,
      reason: info.reason,
      field: info.field,
      remedy: info.remedy,
      problem: info.problem,
      retryAfterMs,
    },
    { cause: error },
  );
};

/** A connection that breaks in the middle of an answer has no gRPC code of its own. */
const isNetworkError = (error: ConnectError): boolean =>
  error.cause instanceof Error && "code" in error.cause;
