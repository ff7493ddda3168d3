/** What happens to the built-in circuits at a start: rows for the new ones, and their admission in two parts. */
import type { Circuit } from "../../src/domain/circuit.ts";
import type { Pool } from "../db/pool.ts";
import { CoordinatorFailure } from "../failure.ts";
import type { Log } from "../log.ts";
import type { Inspector } from "./admission.ts";
import type { AdmissionCache, BuiltInFolder } from "./built-in.ts";
import { admitQuickly, admitThoroughly } from "./built-in.ts";
import { insertCircuit, readCircuits } from "./circuit-rows.ts";

type BuiltInStart = {
  readonly builtIn: BuiltInFolder;
  readonly cache: AdmissionCache;
  readonly log: Log;
  readonly sql: Pool;
};

/** The quick part, before the start is over. Returns what may be served. */
export const admitBuiltIn = async (start: BuiltInStart): Promise<readonly Circuit[]> => {
  const rows = await readCircuits(start.sql);
  const present = new Set(
    rows.filter((row) => row.builtIn && !row.removed).map(({ circuit }) => filesOf(circuit)),
  );
  const shipped: Circuit[] = [];
  for (const circuit of start.builtIn.circuits) {
    try {
      if (!start.cache.has(circuit, "quick")) {
        await admitQuickly(start.builtIn, circuit);
        await start.cache.add(circuit, "quick");
      }
      if (!present.has(filesOf(circuit))) await insertBuiltIn(start, circuit);
      shipped.push(circuit);
    } catch (error) {
      start.log.error("built-in circuit left out", { circuit: circuit.id, error });
    }
  }
  return shipped;
};

const filesOf = ({ wasm, zkey, vkey }: Circuit): string =>
  [wasm.sha256, zkey.sha256, vkey.sha256].join(":");

const insertBuiltIn = async ({ sql }: BuiltInStart, circuit: Circuit): Promise<void> => {
  const outcome = await insertCircuit(sql, { circuit, builtIn: true, replace: true });
  if (outcome.kind === "inserted") return;
  throw new CoordinatorFailure({
    kind: "precondition",
    reason: "BUILT_IN_TAKEN",
    problem: `the zkey of ${circuit.id} is registered under another id (${outcome.kind})`,
    remedy: "remove that circuit",
  });
};

type Thoroughness = {
  readonly shipped: readonly Circuit[];
  readonly builtIn: BuiltInFolder;
  readonly cache: AdmissionCache;
  readonly inspector: Inspector;
  readonly withdraw: (circuit: Circuit, error: unknown) => void;
};

/** The slow part, behind the start: a circuit that fails it is withdrawn. Never rejects. */
export const inspectBuiltIn = async (work: Thoroughness): Promise<void> => {
  for (const circuit of work.shipped) {
    if (work.cache.has(circuit, "thorough")) continue;
    try {
      await admitThoroughly(work.builtIn, circuit, work.inspector);
      await work.cache.add(circuit, "thorough");
    } catch (error) {
      if (isRefusal(error)) work.withdraw(circuit, error);
    }
  }
};

/** Stopped, out of time, a full disk: that says nothing about the circuit, and the next start tries again. */
const isRefusal = (error: unknown): boolean =>
  error instanceof CoordinatorFailure && error.kind !== "unavailable";
