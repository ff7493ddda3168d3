/** Inputs of the primitives: the same in every run. */
import { curves, type Curve, type CurveGroup } from "snarkjs";
import { seededRandom } from "../../src/testing/random.ts";
import { primitives, type PrimitiveId, type PrimitiveInput } from "./primitives.ts";

const SCALAR_BYTES = 32;
/** Both primes of BN254 are above 2^253, so what is below that is canonical. */
const TOP_BYTE_MASK = 0x1f;
/** Random points that the others are sums of. */
const STEPS = 64;

const none = new Uint8Array();

/** Builds every primitive's input; points take about a second. */
export const primitiveInputs = async (): Promise<ReadonlyMap<PrimitiveId, PrimitiveInput>> => {
  const curve = await curves.getCurveFromName("bn128", { singleThread: true });
  const inputs = new Map<PrimitiveId, PrimitiveInput>();
  for (const { id, size } of primitives) {
    const points = await pointsOf(curve, id, size);
    inputs.set(id, { size, points, scalars: id === "mul" ? none : randomScalars(size, 1) });
  }
  return inputs;
};

const pointsOf = (
  { G1, G2 }: Curve,
  primitive: PrimitiveId,
  size: number,
): Promise<Uint8Array> | Uint8Array => {
  switch (primitive) {
    case "msm-g1":
      return randomPoints(G1, size);
    case "msm-g2":
      return randomPoints(G2, size);
    case "mul":
    case "ntt":
      return none;
  }
};

const randomScalars = (count: number, seed: number): Uint8Array => {
  const random = seededRandom(seed);
  return Uint8Array.from({ length: count * SCALAR_BYTES }, (_, index) => {
    const byte = Math.floor(random() * 256);
    return index % SCALAR_BYTES === SCALAR_BYTES - 1 ? byte & TOP_BYTE_MASK : byte;
  });
};

/** A walk in random steps: a multiple of the generator for each point would take a minute. */
const randomPoints = async (group: CurveGroup, count: number): Promise<Uint8Array> => {
  const random = seededRandom(2);
  const factors = randomScalars(STEPS, 3);
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
