/** What the command line takes from outside, handed in so that tests give their own. */
import type { Interceptor, Transport } from "@connectrpc/connect";
import type { Terminal } from "./output.ts";

export type TransportOptions = {
  readonly baseUrl: string;
  readonly interceptors: readonly Interceptor[];
  /** Certificates to trust beside the system's, PEM. */
  readonly ca: string | undefined;
};

export type World = Terminal & {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: AsyncIterable<Uint8Array | string>;
  readonly openTransport: (options: TransportOptions) => Transport;
  /** Whether somebody sees standard error, so that a line may be written over. */
  readonly isTerminal: boolean;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** Resolves after so many ms, or at once when the signal is aborted. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
};

/** Options that every command takes. */
export type GlobalOptions = {
  readonly coordinator: string;
  readonly key?: string;
  readonly ca?: string;
  readonly json?: boolean;
};
