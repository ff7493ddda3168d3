/** The arithmetic beneath snarkjs, called as snarkjs calls it. It comes with snarkjs, whose curve is ffjavascript's. */
import { curves, type Curve, type CurveGroup } from "snarkjs";
import { coordinateBytes } from "../../src/domain/circuit.ts";
import { readNumbers } from "./numbers.ts";
import {
  MUL_ELEMENTS,
  type PreparedPrimitive,
  type Primitive,
  type PrimitiveEngine,
  type PrimitiveInput,
} from "./primitives.ts";

export const openFfjavascript = (): PrimitiveEngine => ({
  prepare: async (primitive, input) => {
    const curve = await curves.getCurveFromName(primitive.curve, { singleThread: true });
    switch (primitive.operation) {
      case "mul":
        return multiplications(curve, primitive, input);
      case "msm-g1":
        return msm(curve.G1, input);
      case "msm-g2":
        return msm(curve.G2, input);
      case "ntt":
        return ntt(curve, input);
    }
  },
});

/** Entering Montgomery form is one multiplication per element, in a loop within WebAssembly. */
const multiplications = (
  { tm }: Curve,
  { curve, size }: Primitive,
  { numbers }: PrimitiveInput,
): PreparedPrimitive => {
  const multiplyAll = tm.instance.exports.f1m_batchToMontgomery;
  if (multiplyAll === undefined) throw new Error("wasmcurves has no f1m_batchToMontgomery");
  const elements = tm.alloc(numbers.length);
  return {
    run: () => {
      tm.setBuff(elements, numbers);
      for (let done = 0; done < size; done += MUL_ELEMENTS)
        multiplyAll(elements, MUL_ELEMENTS, elements);
    },
    result: () => readNumbers(tm.getBuff(elements, numbers.length), coordinateBytes[curve]),
  };
};

const msm = (group: CurveGroup, { points, numbers }: PrimitiveInput): PreparedPrimitive => {
  let sum = group.g;
  return {
    run: async () => {
      sum = await group.multiExpAffine(points, numbers);
    },
    result: () => {
      if (group.isZero(sum)) return [];
      // The last is z.
      return group.toObject(group.toAffine(sum)).slice(0, 2).flat();
    },
  };
};

const ELEMENT_BYTES = 32;

const ntt = async ({ Fr }: Curve, { numbers }: PrimitiveInput): Promise<PreparedPrimitive> => {
  const coefficients = await Fr.batchToMontgomery(numbers);
  let evaluations = coefficients;
  return {
    run: async () => {
      evaluations = await Fr.fft(coefficients);
    },
    result: async () => readNumbers(await Fr.batchFromMontgomery(evaluations), ELEMENT_BYTES),
  };
};
