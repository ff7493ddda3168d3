/** The command line of `npm run bench:prove`. */
import { parseArgs } from "node:util";
import { baseline } from "./competitors.ts";

export const parts = ["proofs", "cold", "together", "keys", "witness", "primitives"] as const;
export type Part = (typeof parts)[number];

export type Options = {
  readonly json: boolean;
  /** Undefined: all that there are. */
  readonly circuits: readonly string[] | undefined;
  readonly kernels: readonly string[] | undefined;
  readonly parts: readonly Part[];
  /** V8's flags for the browser, e.g. for WebAssembly that is not yet switched on. */
  readonly jsFlags: string | undefined;
};

/** Its message is all that a person needs to read. */
export class UsageError extends Error {}

const usage = `usage: npm run bench:prove -- [--json] [--circuits c14,b14] [--kernels fma2] [--parts ${parts.join()}] [--js-flags FLAGS]`;

/** @throws UsageError for what is not an option or misses its value. */
export const parseOptions = (args: readonly string[]): Options => {
  const values = parse(args);
  return {
    json: values.json ?? false,
    circuits: listOf("--circuits", values.circuits),
    kernels: listOf("--kernels", values.kernels),
    parts: choose("part", parts, listOf("--parts", values.parts)),
    jsFlags: values["js-flags"],
  };
};

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      options: {
        json: { type: "boolean" },
        circuits: { type: "string" },
        kernels: { type: "string" },
        parts: { type: "string" },
        "js-flags": { type: "string" },
      },
    }).values;
  } catch (reason) {
    const why = reason instanceof Error ? reason.message : String(reason);
    throw new UsageError(`${why}\n${usage}`, { cause: reason });
  }
};

const listOf = (option: string, value: string | undefined): readonly string[] | undefined => {
  if (value === undefined) return undefined;
  const names = value.split(",").map((name) => name.trim());
  if (!names.includes("")) return names;
  throw new UsageError(`${option} takes names with commas between them, not "${value}"\n${usage}`);
};

/**
 * Those of `available` that are `chosen`, in their own order; all of them when nothing is chosen.
 *
 * @throws UsageError for a name that is not among them.
 */
export const choose = <Name extends string>(
  what: string,
  available: readonly Name[],
  chosen: readonly string[] | undefined,
): readonly Name[] => {
  if (chosen === undefined) return available;
  const unknown = chosen.find((name) => !available.some((known) => known === name));
  if (unknown === undefined) return available.filter((name) => chosen.includes(name));
  throw new UsageError(`there is no ${what} "${unknown}"; there are: ${available.join(", ")}`);
};

/** As `choose`, of competitors in both tables; the one that all are compared with always takes part. */
export const chooseCompetitors = (
  available: readonly string[],
  kernels: readonly string[] | undefined,
): readonly string[] =>
  choose("kernel", available, kernels === undefined ? undefined : [baseline, ...kernels]);
