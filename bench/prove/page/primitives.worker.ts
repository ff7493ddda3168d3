/** The primitives of all competitors, in one thread: they take turns. */
import { expose } from "comlink";
import { primitiveEngines } from "../competitors.ts";
import { primitiveInput } from "../primitive-inputs.ts";
import {
  primitives,
  type PreparedPrimitive,
  type PrimitiveEngine,
  type PrimitiveId,
} from "../primitives.ts";
import type { PrimitivesWorker } from "../protocol.ts";
import { requireSameResults } from "../same-results.ts";

/** By primitive, then by competitor. */
const prepared = new Map<PrimitiveId, ReadonlyMap<string, PreparedPrimitive>>();

const openEngines = async (competitors: readonly string[]) => {
  const engines = new Map<string, PrimitiveEngine>();
  for (const { id, open } of primitiveEngines) {
    const engine = competitors.includes(id) ? await open() : undefined;
    if (engine !== undefined) engines.set(id, engine);
  }
  return engines;
};

const worker: PrimitivesWorker = {
  open: async (competitors) => {
    const engines = await openEngines(competitors);
    for (const primitive of primitives) {
      const input = await primitiveInput(primitive);
      const ready = new Map<string, PreparedPrimitive>();
      for (const [id, engine] of engines) ready.set(id, await engine.prepare(primitive, input));
      await requireSameResults(primitive, ready);
      prepared.set(primitive.id, ready);
    }
    return [...engines.keys()];
  },
  run: async (competitor, primitive) => {
    const found = prepared.get(primitive)?.get(competitor);
    if (found === undefined) throw new Error(`${competitor} has no ${primitive}`);
    const begun = performance.now();
    await found.run();
    return performance.now() - begun;
  },
};

expose(worker);
