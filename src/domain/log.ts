/** Never a task's input, a token or a key. */
export type LogFields = Readonly<Record<string, string | number | boolean>>;
type Write = (msg: string, fields?: LogFields) => void;

/** A log whose lines carry the place that wrote them. */
export type Log = {
  readonly debug: Write;
  readonly info: Write;
  readonly warn: Write;
  readonly error: Write;
  /** The same log at a place, "file.ts:line". The build writes this call in front of every line that is logged. */
  readonly at: (caller: string) => Log;
};
