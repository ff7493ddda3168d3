/** What a command says: results to standard output, everything else to standard error. */
import type { CliFailure } from "./failure.ts";
import { exitCodes } from "./failure.ts";

export type JsonRecord = Readonly<Record<string, unknown>>;

export type Output = {
  readonly json: boolean;
  /** One result: its text for people, or its record as one line of JSON. */
  readonly result: (text: string, record: JsonRecord) => void;
  /** What a person may like to know and a program need not. */
  readonly note: (text: string) => void;
  /** What both must know beside the results: its text, or its record as one line of JSON, on standard error. */
  readonly notice: (text: string, record: JsonRecord) => void;
  readonly failure: (failure: CliFailure) => void;
};

export type Terminal = {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
};

export const createOutput = (terminal: Terminal, json: boolean): Output => ({
  json,
  result: (text, record) => {
    const line = json ? JSON.stringify(record) : text;
    terminal.stdout(`${line}\n`);
  },
  note: (text) => {
    if (!json) terminal.stderr(`${text}\n`);
  },
  notice: (text, record) => {
    terminal.stderr(`${json ? JSON.stringify(record) : text}\n`);
  },
  failure: (failure) => {
    const line = json ? JSON.stringify({ error: failureRecord(failure) }) : text(failure);
    terminal.stderr(`${line}\n`);
  },
});

const text = (failure: CliFailure): string => {
  const reason = failure.reason === "" ? "" : ` [${failure.reason}]`;
  return `prove-at-home: ${failure.message}${reason}`;
};

const failureRecord = (failure: CliFailure): JsonRecord => ({
  exit: failure.exit,
  exit_code: exitCodes[failure.exit],
  reason: failure.reason,
  field: failure.field,
  message: failure.message,
  remedy: failure.remedy,
});
