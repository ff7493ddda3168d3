/** `circuit add`: sends a circuit's witness calculator and proving key to the coordinator. */
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import type { Command } from "commander";
import { circuitId } from "../../src/domain/ids.ts";
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { AddCircuitRequestSchema } from "../../src/gen/proving/v1/circuit_pb.ts";
import { connect } from "../connection.ts";
import type { Context, Definition } from "../context.ts";
import { CliFailure, usage, type ExitName } from "../failure.ts";
import { circuitRecord } from "../records.ts";
import { bytesText } from "../text.ts";

export const circuitAddCommand: Definition = ({ command, run }) =>
  command("add")
    .description("add a circom circuit with its Groth16 key (admin key)")
    .requiredOption("--id <id>", "a letter, then up to 63 of a-z, 0-9 and _")
    .requiredOption("--wasm <file>", "witness calculator, as circom --wasm writes it")
    .requiredOption("--zkey <file>", "proving key, as snarkjs writes it")
    .option("--public <name...>", "names of the public signals, in order (default: numbered)")
    .option("--replace", "make this the new version of a circuit that exists")
    .action((options: CircuitAddOptions, self: Command) =>
      run(self, (context) => addCircuit(options, context)),
    );

type CircuitAddOptions = {
  readonly id: string;
  readonly wasm: string;
  readonly zkey: string;
  readonly public?: readonly string[];
  readonly replace?: boolean;
};

/** The contract allows 256 KiB per message. */
const CHUNK_BYTES = 256 * 1024;
/** A gigabyte of key over a slow line. */
const UPLOAD_TIMEOUT_MS = 60 * 60_000;

type AddCircuitMessage = MessageInitShape<typeof AddCircuitRequestSchema>;
type Part = "wasm" | "zkey";
/** First bytes of the files, so that swapped or wrong ones are refused before they are sent. */
const magic: Readonly<Record<Part, string>> = { wasm: "\0asm", zkey: "zkey" };

const addCircuit = async (options: CircuitAddOptions, context: Context): Promise<ExitName> => {
  if (circuitId(options.id) === undefined) {
    throw usage(
      `--id: "${options.id}" is no circuit id; one is a letter, then up to 63 of a-z, 0-9 and _`,
    );
  }
  const wasm = await inspect("wasm", options.wasm);
  const zkey = await inspect("zkey", options.zkey);
  const connection = await connect("admin", context.options, context);
  const progress = createProgress(wasm.bytes + zkey.bytes, context);
  const { circuit, warnings } = await connection.circuits.addCircuit(
    messages({ options, files: [wasm, zkey], progress }),
    { timeoutMs: UPLOAD_TIMEOUT_MS, signal: context.world.signal },
  );
  for (const warning of warnings) context.output.note(`warning: ${warning}`);
  if (circuit === undefined) {
    throw new CliFailure({
      exit: "internal",
      message: "the coordinator's answer names no circuit",
    });
  }
  const facts = `${circuit.constraints} constraints on ${circuit.curve}, ${circuit.setup} key`;
  context.output.result(`${circuit.id} version ${circuit.version}: ${facts}`, {
    circuit: circuitRecord(circuit),
    warnings,
  });
  return "ok";
};

type PartFile = { readonly part: Part; readonly file: string; readonly bytes: number };

const inspect = async (part: Part, file: string): Promise<PartFile> => {
  const handle = await open(file).catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw usage(`--${part}: cannot read "${file}": ${why}`, cause);
  });
  try {
    const { size } = await handle.stat();
    const { buffer } = await handle.read(Buffer.alloc(4), 0, 4, 0);
    if (buffer.toString("latin1") === magic[part]) return { part, file, bytes: size };
  } finally {
    await handle.close();
  }
  const wanted = part === "wasm" ? "the WebAssembly that circom --wasm writes" : "a snarkjs .zkey";
  throw usage(`--${part}: "${file}" is no such file; it must be ${wanted}`);
};

type Upload = {
  readonly options: CircuitAddOptions;
  readonly files: readonly [wasm: PartFile, zkey: PartFile];
  readonly progress: (sentBytes: number) => void;
};

const messages = async function* ({
  options,
  files,
  progress,
}: Upload): AsyncGenerator<AddCircuitMessage> {
  const [wasm, zkey] = files;
  const header = {
    id: options.id,
    wasmBytes: BigInt(wasm.bytes),
    zkeyBytes: BigInt(zkey.bytes),
    publicSignals: [...(options.public ?? [])],
    replace: options.replace === true,
  };
  yield { part: { case: "header", value: header } };
  for (const { part, file } of files) {
    for await (const chunk of createReadStream(file, { highWaterMark: CHUNK_BYTES })) {
      const value = Uint8Array.from(chunk as Buffer);
      yield { part: { case: part, value } };
      progress(value.length);
    }
  }
};

/** Tells each whole percent once. */
const createProgress = (totalBytes: number, { output, world }: Context): Upload["progress"] => {
  let sent = 0;
  let told = -1;
  return (bytes) => {
    sent += bytes;
    const percent = Math.floor((sent / totalBytes) * 100);
    if (percent === told) return;
    told = percent;
    if (output.json) {
      output.result("", { event: "progress", sent_bytes: sent, total_bytes: totalBytes });
    } else if (world.isTerminal) {
      const end = percent === 100 ? "\n" : "";
      world.stderr(`\r${percent} % of ${bytesText(totalBytes)}${end}`);
    }
  };
};
