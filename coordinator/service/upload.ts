/** The two files of AddCircuit on their way to a folder: no larger than announced, in order, and complete. */
import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import type { CoordinatorFailure } from "../failure.ts";
import { invalidField } from "../failure.ts";
import { MAX_ARTIFACT_BYTES } from "./limits.ts";
import { line, wide } from "./fields.ts";
import type { AddCircuitHeader, AddCircuitRequest } from "../../src/gen/proving/v1/circuit_pb.ts";

export type Upload = {
  readonly header: AddCircuitHeader;
  readonly wasmPath: string;
  readonly zkeyPath: string;
};

type Part = "wasm" | "zkey";

const PUBLIC_SIGNALS_MAX = 1_000;
const SIGNAL_NAME_CHARACTERS = 128;

const headerOf = (first: AddCircuitRequest | undefined): AddCircuitHeader => {
  if (first?.part.case !== "header") {
    throw invalidField("part", first?.part.case ?? "nothing", "the header, as the first message");
  }
  const header = first.part.value;
  wide("header.wasm_bytes", header.wasmBytes, [1, MAX_ARTIFACT_BYTES]);
  wide("header.zkey_bytes", header.zkeyBytes, [1, MAX_ARTIFACT_BYTES]);
  if (header.publicSignals.length > PUBLIC_SIGNALS_MAX) {
    const rule = `at most ${PUBLIC_SIGNALS_MAX}`;
    throw invalidField("header.public_signals", `${header.publicSignals.length} names`, rule);
  }
  for (const [index, name] of header.publicSignals.entries()) {
    line(`header.public_signals[${index}]`, name, SIGNAL_NAME_CHARACTERS);
  }
  return header;
};

const wrongLength = (part: Part, found: number, announced: bigint): CoordinatorFailure =>
  invalidField(part, `${found} bytes or more`, `${announced} bytes, as the header announced`);

type Target = { readonly file: FileHandle; readonly announced: bigint; written: number };

const append = async (part: Part, target: Target, chunk: Uint8Array): Promise<void> => {
  const total = target.written + chunk.length;
  if (BigInt(total) > target.announced) throw wrongLength(part, total, target.announced);
  await target.file.writeFile(chunk);
  target.written = total;
};

/** Reads the whole stream into `folder`; throws CoordinatorFailure naming the part that is wrong. */
export const receiveUpload = async (
  messages: AsyncIterable<AddCircuitRequest>,
  paths: { readonly wasmPath: string; readonly zkeyPath: string },
): Promise<Upload> => {
  const files = [
    await open(paths.wasmPath, "wx", 0o644),
    await open(paths.zkeyPath, "wx", 0o644),
  ] as const;
  try {
    const header = await receiveParts(messages, files);
    return { header, ...paths };
  } finally {
    await Promise.all(files.map((file) => file.close()));
  }
};

const receiveParts = async (
  messages: AsyncIterable<AddCircuitRequest>,
  [wasmFile, zkeyFile]: readonly [FileHandle, FileHandle],
): Promise<AddCircuitHeader> => {
  const rest = messages[Symbol.asyncIterator]();
  const first = await rest.next();
  const header = headerOf(first.done === true ? undefined : first.value);
  const targets: Readonly<Record<Part, Target>> = {
    wasm: { file: wasmFile, announced: header.wasmBytes, written: 0 },
    zkey: { file: zkeyFile, announced: header.zkeyBytes, written: 0 },
  };
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) {
    const { part } = next.value;
    if (part.case !== "wasm" && part.case !== "zkey") {
      throw invalidField("part", part.case ?? "nothing", "wasm or zkey after the header");
    }
    await append(part.case, targets[part.case], part.value);
  }
  for (const part of ["wasm", "zkey"] as const) {
    const { written, announced } = targets[part];
    if (BigInt(written) !== announced) {
      throw invalidField(part, `${written} bytes`, `${announced} bytes, as the header announced`);
    }
  }
  return header;
};
