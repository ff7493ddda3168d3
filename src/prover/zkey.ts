import type { CircuitFiles } from "../artifacts/protocol.ts";
import { NodeFailure } from "../domain/failure.ts";

/**
 * Reads a circuit's zkey from storage. The artifact worker hashes a file when it reads it, and here it is read again.
 *
 * @throws NodeFailure "artifact" when it cannot be read or is not the circuit's.
 */
export const readZkeyFile = async ({ zkey, circuit }: CircuitFiles): Promise<Uint8Array> => {
  // Few provers ever read one.
  const { sha256 } = await import("hash-wasm");
  const bytes = await readBytes(zkey, circuit.id);
  const digest = await sha256(bytes);
  if (digest === circuit.zkey.sha256) return bytes;
  const message = `the zkey of ${circuit.id} is damaged: its SHA-256 is ${digest}, the manifest says ${circuit.zkey.sha256}`;
  throw new NodeFailure("artifact", message);
};

const readBytes = async (zkey: CircuitFiles["zkey"], circuit: string): Promise<Uint8Array> => {
  try {
    return new Uint8Array(await zkey.arrayBuffer());
  } catch (reason) {
    const why = reason instanceof Error ? reason.message : String(reason);
    const message = `the zkey of ${circuit} cannot be read from storage: ${why}`;
    throw new NodeFailure("artifact", message, { cause: reason });
  }
};
