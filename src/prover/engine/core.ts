/** Our own core, on one kernel of one curve. */
import type { CircuitFiles, CompiledKernel } from "../../artifacts/protocol.ts";
import { NodeFailure } from "../../domain/failure.ts";
import { Team } from "../../domain/team.ts";
import { canTransform } from "../../groth16/domain.ts";
import { coreName } from "../../groth16/engine-name.ts";
import { helpTeam } from "../../groth16/parallel/helper.ts";
import { proveWitness } from "../../groth16/prove-witness.ts";
import type { FillRandom } from "../../groth16/random-scalar.ts";
import { requireFittingKey } from "../fit.ts";
import { createKeyHolder, type KeyTools, type OpenKey } from "./core-key.ts";
import { stepsOfCore } from "./core-steps.ts";
import type { Engine, SizedCircuit } from "./engine.ts";

export type CoreTools = KeyTools & {
  readonly fillRandom: FillRandom;
  /** Lets this thread turn to its messages. */
  readonly turn: () => Promise<void>;
  readonly now: () => number;
};

export type CoreEngine = Engine & {
  /** Helps a team with its proof, with a key in memory that all provers share. */
  readonly help: (files: CircuitFiles, team: Team, lane: number) => Promise<void>;
};

/** Whether a kernel can transform the circuit's domain: a tiny one has fewer elements than a vector. */
export const coreTakes = ({ layout }: CompiledKernel, circuit: SizedCircuit): boolean =>
  layout.curve === circuit.curve && canTransform(layout, circuit.domainSize);

export const createCoreEngine = (compiled: CompiledKernel, tools: CoreTools): CoreEngine => {
  const keys = createKeyHolder(compiled, tools);

  return {
    name: coreName(compiled.layout.kernel),
    kernel: compiled.layout.kernel,
    steps: stepsOfCore,
    open: async ({ files, witnessSize }) => {
      const { core } = await keys.open(files);
      requireFittingKey(core.figures, files.circuit, witnessSize);
    },
    prove: async ({ team, ...job }) => {
      const key = keys.opened();
      if (key === undefined) throw new NodeFailure("internal", "no key is open");
      try {
        const together = togetherWith(team, key, tools.now);
        return await proveWitness(key.core, { ...job, together }, tools);
      } catch (reason) {
        // What stopped in the middle may have left anything in memory.
        keys.close();
        throw reason;
      }
    },
    help: async (files, team, lane) => {
      const { core, kind } = await keys.open(files);
      if (kind !== "shared") {
        throw new NodeFailure("internal", "this prover has no room in shared memory");
      }
      const { key, kernel, memory } = core;
      await helpTeam(team, lane, { key, kernel, memory, turn: tools.turn });
    },
    close: keys.close,
    memoryBytes: () => keys.opened()?.ownBytes ?? 0,
  };
};

/** Nobody can help with a key that only this prover has: whoever is lent to it is free again. */
const togetherWith = (
  team: SharedArrayBuffer | undefined,
  { kind }: OpenKey,
  now: () => number,
) => {
  if (team === undefined) return undefined;
  if (kind === "shared") return { team: new Team(team), now };
  new Team(team).end();
  return undefined;
};
