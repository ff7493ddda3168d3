/** A registered circuit as proving.v1.Circuit. */
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { RegisteredCircuit } from "../circuits/registry.ts";
import type { Artifact } from "../../src/domain/circuit.ts";
import type { CircuitSchema } from "../../src/gen/proving/v1/circuit_pb.ts";

const artifact = ({ url, bytes, sha256 }: Artifact) => ({ url, bytes: BigInt(bytes), sha256 });

export const circuitMessage = (
  registered: RegisteredCircuit,
): MessageInitShape<typeof CircuitSchema> => {
  const { circuit } = registered;
  return {
    id: circuit.id,
    version: circuit.version,
    curve: circuit.curve,
    constraints: circuit.constraints,
    domainSize: circuit.domainSize,
    publicSignals: [...circuit.publicSignals],
    setup: circuit.setup,
    memoryBytes: BigInt(circuit.memoryBytes),
    wasm: artifact(circuit.wasm),
    zkey: artifact(circuit.zkey),
    vkey: artifact(circuit.vkey),
    builtIn: registered.builtIn,
    signed: registered.signed,
  };
};
