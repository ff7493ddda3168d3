import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, readFile, realpath, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Source } from "./catalog.ts";

export type Compiled = {
  readonly wasm: Uint8Array;
  readonly r1cs: Uint8Array;
  readonly constraints: number;
  /** Names of the public signals, in order. */
  readonly publicSignals: readonly string[];
};

const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);

/**
 * Compiles one circuit with every linear constraint substituted away (--O2): half the key, the same statement.
 *
 * circom2 is circom in WASI and cannot follow symbolic links out of its folder, so sources and circomlib are copied
 * side by side into a folder of their own.
 */
export const compile = async ({ id, curve }: Source): Promise<Compiled> => {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "prove-at-home-circuits-")));
  try {
    await cp(here, folder, { recursive: true });
    const circomlib = dirname(require.resolve("circomlib/package.json"));
    await cp(join(circomlib, "circuits"), join(folder, "circomlib/circuits"), { recursive: true });
    const source = `${id}/${id}.circom`;
    const outputs = ["--r1cs", "--wasm", "--sym", "-o", "."];
    const said = await circom(folder, [source, ...outputs, "--O2", "--prime", curve, "-l", "."]);
    return {
      wasm: await readFile(join(folder, `${id}_js/${id}.wasm`)),
      r1cs: await readFile(join(folder, `${id}.r1cs`)),
      constraints: count(said, "non-linear constraints") + count(said, "linear constraints"),
      publicSignals: publicNames(
        await readFile(join(folder, `${id}.sym`), "utf8"),
        count(said, "public outputs") + count(said, "public inputs"),
      ),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

/** Runs the compiler and returns what it printed. */
const circom = async (folder: string, options: readonly string[]): Promise<string> => {
  const command = require.resolve("circom2/cli.js");
  const child = spawn(process.execPath, [command, ...options], { cwd: folder, stdio: "pipe" });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => (said += text));
  }
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0)
    throw new Error(`circom ${options.join(" ")} ended with ${String(code)}:\n${said}`);
  return said;
};

const count = (said: string, what: string): number => {
  const found = new RegExp(`^${what}: ([0-9]+)`, "m").exec(said)?.[1];
  if (found === undefined) throw new Error(`circom did not say its ${what}:\n${said}`);
  return Number(found);
};

/** Lines of a .sym file are "label,wire,component,name"; wire 0 is the constant, the public ones come next. */
const publicNames = (symbols: string, total: number): readonly string[] => {
  const names = new Map<number, string>();
  for (const line of symbols.split("\n")) {
    const [, wire, , name] = line.split(",");
    if (name !== undefined) names.set(Number(wire), name.trim().replace(/^main\./, ""));
  }
  return Array.from({ length: total }, (_, index) => {
    const name = names.get(index + 1);
    if (name === undefined) throw new Error(`wire ${index + 1} has no name`);
    return name;
  });
};
