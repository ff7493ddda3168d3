import { readLittleEndian } from "../../src/groth16/binfile.ts";

/** Little-endian numbers of so many bytes each. */
export const readNumbers = (bytes: Uint8Array, each: number): readonly bigint[] =>
  Array.from({ length: bytes.length / each }, (_, index) =>
    readLittleEndian(bytes.subarray(index * each, (index + 1) * each)),
  );
