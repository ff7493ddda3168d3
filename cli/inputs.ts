/** Reads task inputs: one JSON object, or many as NDJSON, from a file or a pipe, in batches that one call can carry. */
import { createReadStream } from "node:fs";
import { MAX_INPUT_BYTES, MAX_TASKS_PER_JOB } from "../src/domain/limits.ts";
import { usage } from "./failure.ts";
import type { World } from "./world.ts";

export type NumberedInput = {
  /** From 1, as editors count; 1 for a single input. */
  readonly line: number;
  /** UTF-8. */
  readonly json: Uint8Array;
};

/** A call's worth of inputs, so that a thousand of the largest ones do not become one gigabyte. */
const MAX_BATCH_BYTES = 3 << 20;

/** Opens a file, or standard input for "-". */
const openText = (name: string, world: World): AsyncIterable<Uint8Array | string> =>
  name === "-" ? world.stdin : createReadStream(name);

/** @throws CliFailure "usage" when the file cannot be read or is not one JSON object. */
export const readInput = async (name: string, world: World): Promise<NumberedInput> => {
  const chunks: Buffer[] = [];
  for await (const chunk of readable(name, world)) chunks.push(Buffer.from(chunk));
  const text = Buffer.concat(chunks).toString();
  return { line: 1, json: parseObject(text, called(name)) };
};

/**
 * The lines of an NDJSON file; empty lines count but are skipped.
 *
 * @throws CliFailure "usage" naming the line that is not a JSON object.
 */
export const readInputs = async function* (
  name: string,
  world: World,
): AsyncGenerator<NumberedInput> {
  let line = 0;
  for await (const text of linesOf(readable(name, world))) {
    line += 1;
    if (text.trim() === "") continue;
    yield { line, json: parseObject(text, `${called(name)}, line ${line}`) };
  }
};

/** Groups inputs into jobs of at most `size` tasks; a job is handed on before the next one is read. */
export const batches = async function* (
  inputs: AsyncIterable<NumberedInput>,
  size = MAX_TASKS_PER_JOB,
): AsyncGenerator<readonly NumberedInput[]> {
  let batch: NumberedInput[] = [];
  let bytes = 0;
  for await (const input of inputs) {
    if (
      batch.length === size ||
      (batch.length > 0 && bytes + input.json.length > MAX_BATCH_BYTES)
    ) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(input);
    bytes += input.json.length;
  }
  if (batch.length > 0) yield batch;
};

const called = (name: string): string => (name === "-" ? "standard input" : name);

const readable = async function* (name: string, world: World): AsyncGenerator<Uint8Array | string> {
  try {
    yield* openText(name, world);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw usage(`cannot read ${called(name)}: ${why}`, cause);
  }
};

const linesOf = async function* (
  chunks: AsyncIterable<Uint8Array | string>,
): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of chunks) {
    rest += typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true });
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  if (rest !== "") yield rest;
};

const parseObject = (text: string, place: string): Uint8Array => {
  const json = new TextEncoder().encode(text.trim());
  if (json.length > MAX_INPUT_BYTES) {
    throw usage(`${place}: ${json.length} bytes; an input has at most ${MAX_INPUT_BYTES} bytes`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw usage(`${place}: not JSON (${why}); an input is one JSON object`, cause);
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return json;
  const found = Array.isArray(value) ? "an array" : JSON.stringify(value).slice(0, 40);
  throw usage(
    `${place}: found ${found}; an input is one JSON object, many are one per line (--inputs)`,
  );
};
