/** Inputs of the primitives: the same in every run. */
import { curves, type Curve, type CurveGroup } from "snarkjs";
import { coordinateBytes } from "../../src/domain/circuit.ts";
import { seededRandom } from "../../src/testing/random.ts";
import { MUL_ELEMENTS, type Primitive, type PrimitiveInput } from "./primitives.ts";

const SCALAR_BYTES = 32;
/** Numbers of four bits less than their bytes have are below every prime here: those of 32 bytes have 254 bits, of 48 381. */
const TOP_BYTE_MASK = 0x0f;
/** Random points that the others are sums of. */
const STEPS = 64;

/** Points take up to two seconds. */
export const primitiveInput = async (primitive: Primitive): Promise<PrimitiveInput> => {
  const { operation, size, curve: name } = primitive;
  if (operation === "mul") {
    const numbers = randomNumbers(MUL_ELEMENTS, { bytes: coordinateBytes[name], seed: 1 });
    return { points: new Uint8Array(), numbers };
  }
  const numbers = randomNumbers(size, { bytes: SCALAR_BYTES, seed: 1 });
  if (operation === "ntt") return { points: new Uint8Array(), numbers };
  const curve = await curves.getCurveFromName(name, { singleThread: true });
  return { points: await randomPoints(groupOf(curve, operation), size), numbers };
};

const groupOf = ({ G1, G2 }: Curve, operation: "msm-g1" | "msm-g2"): CurveGroup =>
  operation === "msm-g1" ? G1 : G2;

type Numbers = { readonly bytes: number; readonly seed: number };

const randomNumbers = (count: number, { bytes, seed }: Numbers): Uint8Array => {
  const random = seededRandom(seed);
  return Uint8Array.from({ length: count * bytes }, (_, index) => {
    const byte = Math.floor(random() * 256);
    return index % bytes === bytes - 1 ? byte & TOP_BYTE_MASK : byte;
  });
};

/** A walk in random steps: a multiple of the generator for each point would take a minute. */
const randomPoints = async (group: CurveGroup, count: number): Promise<Uint8Array> => {
  const random = seededRandom(2);
  const factors = randomNumbers(STEPS, { bytes: SCALAR_BYTES, seed: 3 });
  const steps = Array.from({ length: STEPS }, (_, index) =>
    group.timesScalar(group.g, factors.subarray(index * SCALAR_BYTES, (index + 1) * SCALAR_BYTES)),
  );
  let point = group.g;
  const points = new Uint8Array(count * point.length);
  for (let index = 0; index < count; index += 1) {
    point = group.add(point, steps[Math.floor(random() * STEPS)] ?? group.g);
    points.set(point, index * point.length);
  }
  return group.batchToAffine(points);
};
