/** The arithmetic beneath snarkjs, called as snarkjs calls it. It comes with snarkjs, whose curve is ffjavascript's. */
import { curves, type Curve, type CurveGroup } from "snarkjs";
import type {
  PreparedPrimitive,
  PrimitiveEngine,
  PrimitiveId,
  PrimitiveInput,
} from "./primitives.ts";

const ELEMENT_BYTES = 32;
/** Elements that are multiplied in one call: they fit ffjavascript's first memory, and a call costs nothing beside them. */
const MUL_BATCH = 2 ** 12;

export const openFfjavascript = async (): Promise<PrimitiveEngine> => {
  const curve = await curves.getCurveFromName("bn128", { singleThread: true });
  return { prepare: (primitive, input) => prepare(curve, primitive, input) };
};

const prepare = (
  curve: Curve,
  primitive: PrimitiveId,
  input: PrimitiveInput,
): Promise<PreparedPrimitive> | PreparedPrimitive => {
  switch (primitive) {
    case "mul":
      return multiplications(curve, input.size);
    case "msm-g1":
      return msm(curve.G1, input);
    case "msm-g2":
      return msm(curve.G2, input);
    case "ntt":
      return ntt(curve, input);
  }
};

/** Entering Montgomery form is one multiplication per element, in a loop within WebAssembly. */
const multiplications = ({ tm }: Curve, size: number): PreparedPrimitive => {
  const multiplyAll = tm.instance.exports.f1m_batchToMontgomery;
  if (multiplyAll === undefined) throw new Error("wasmcurves has no f1m_batchToMontgomery");
  const elements = tm.alloc(MUL_BATCH * ELEMENT_BYTES);
  return {
    run: () => {
      for (let done = 0; done < size; done += MUL_BATCH) multiplyAll(elements, MUL_BATCH, elements);
    },
    result: () => [],
  };
};

const msm = (group: CurveGroup, { points, scalars }: PrimitiveInput): PreparedPrimitive => {
  let sum = group.g;
  return {
    run: async () => {
      sum = await group.multiExpAffine(points, scalars);
    },
    result: () => {
      if (group.isZero(sum)) return [];
      // The last is z.
      return group.toObject(group.toAffine(sum)).slice(0, 2).flat();
    },
  };
};

const ntt = async ({ Fr }: Curve, { scalars }: PrimitiveInput): Promise<PreparedPrimitive> => {
  const coefficients = await Fr.batchToMontgomery(scalars);
  let evaluations = coefficients;
  return {
    run: async () => {
      evaluations = await Fr.fft(coefficients);
    },
    result: async () => wordsOf(await Fr.batchFromMontgomery(evaluations)),
  };
};

const wordsOf = (bytes: Uint8Array): readonly bigint[] => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / ELEMENT_BYTES }, (_, element) =>
    [24, 16, 8, 0].reduce(
      (word, offset) => (word << 64n) | view.getBigUint64(element * ELEMENT_BYTES + offset, true),
      0n,
    ),
  );
};
