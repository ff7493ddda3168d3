/** The engines of one prover, each opened when it is first needed. */
import type { CircuitFiles, CompiledKernel } from "../artifacts/protocol.ts";
import { coreTakes, createCoreEngine, type CoreEngine, type CoreTools } from "./engine/core.ts";
import type { Engine } from "./engine/engine.ts";
import { createSnarkjsEngine, type Snarkjs } from "./engine/snarkjs.ts";
import type { Engines } from "./prove.ts";

export type ProverEngines = {
  /** What can prove a circuit, best first. */
  readonly of: (files: CircuitFiles) => Engines;
  /** The core on the circuit's first kernel. */
  readonly core: (files: CircuitFiles) => CoreEngine | undefined;
  readonly memoryBytes: () => number;
};

/**
 * When two kernels, which have no arithmetic in common, fail at a proof, it is hardly their fault: snarkjs has the last word
 * then, and a circuit whose files are wrong costs no more than that.
 */
const MOST_KERNELS = 2;

export const createEngines = (snarkjs: Snarkjs, tools: CoreTools): ProverEngines => {
  const reference: Engine = createSnarkjsEngine(snarkjs, tools.readZkey);
  const cores = new Map<string, CoreEngine>();

  const coreOf = (compiled: CompiledKernel): CoreEngine => {
    const { curve, kernel } = compiled.layout;
    const name = `${curve}.${kernel}`;
    const core = cores.get(name) ?? createCoreEngine(compiled, tools);
    cores.set(name, core);
    return core;
  };
  const all = (): readonly Engine[] => [reference, ...cores.values()];
  const closeOthers = (engine: Engine): void => {
    for (const other of all()) if (other !== engine) other.close();
  };
  /** Two large keys at once may not fit: whichever engine opens one, the others let go of theirs. */
  const alone = (engine: Engine): Engine => ({
    ...engine,
    open: (job) => {
      closeOthers(engine);
      return engine.open(job);
    },
  });
  const able = ({ kernels, circuit }: CircuitFiles): readonly CompiledKernel[] =>
    kernels.filter((kernel) => coreTakes(kernel, circuit)).slice(0, MOST_KERNELS);

  return {
    of: (files) => {
      const [first, ...others] = able(files).map((kernel) => alone(coreOf(kernel)));
      const last = alone(reference);
      return first === undefined ? [last] : [first, ...others, last];
    },
    core: (files) => {
      const [first] = able(files);
      if (first === undefined) return undefined;
      const core = coreOf(first);
      closeOthers(core);
      return core;
    },
    memoryBytes: () => all().reduce((sum, engine) => sum + engine.memoryBytes(), 0),
  };
};
