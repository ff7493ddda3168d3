/** The primitives of all competitors, in one thread: they take turns. */
import { expose } from "comlink";
import { primitiveEngines } from "../competitors.ts";
import { primitiveInputs } from "../primitive-inputs.ts";
import { primitives, type PreparedPrimitive, type PrimitiveId } from "../primitives.ts";
import type { PrimitivesWorker } from "../protocol.ts";

type Prepared = ReadonlyMap<PrimitiveId, PreparedPrimitive>;

const prepared = new Map<string, Prepared>();

const preparedOf = (competitor: string, primitive: PrimitiveId): PreparedPrimitive => {
  const found = prepared.get(competitor)?.get(primitive);
  if (found === undefined) throw new Error(`${competitor} has no ${primitive}`);
  return found;
};

/** Runs everything once, which also warms it up: what gives another result than the first competitor's does not count. */
const compare = async (competitors: readonly string[]): Promise<void> => {
  for (const { id: primitive, label } of primitives) {
    let expected: string | undefined;
    for (const competitor of competitors) {
      const { run, result } = preparedOf(competitor, primitive);
      await run();
      const given = (await result()).join();
      expected ??= given;
      if (given !== expected) throw new Error(`${competitor} gives a wrong result: ${label}`);
    }
  }
};

const worker: PrimitivesWorker = {
  open: async (competitors) => {
    const inputs = await primitiveInputs();
    for (const { id, open } of primitiveEngines) {
      const engine = competitors.includes(id) ? await open() : undefined;
      if (engine === undefined) continue;
      const ready = new Map<PrimitiveId, PreparedPrimitive>();
      for (const [primitive, input] of inputs)
        ready.set(primitive, await engine.prepare(primitive, input));
      prepared.set(id, ready);
    }
    const able = [...prepared.keys()];
    await compare(able);
    return able;
  },
  run: async (competitor, primitive) => {
    const { run } = preparedOf(competitor, primitive);
    const begun = performance.now();
    await run();
    return performance.now() - begun;
  },
};

expose(worker);
