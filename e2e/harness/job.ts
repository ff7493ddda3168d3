/** An owner's view of a job, through the command line. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "playwright/test";
import type { Groth16Proof, VerificationKey } from "snarkjs";
import { runCli, type CliResult } from "./cli.ts";
import type { Coordinator } from "./coordinator.ts";
import { projectRoot } from "./coordinator.ts";

type Vectors = {
  readonly good: readonly {
    readonly input: object;
    readonly publicSignals: readonly string[];
  }[];
  readonly malformed: readonly { readonly input: object; readonly field: string }[];
  readonly unsatisfiable: readonly { readonly input: object }[];
};

/** The facts about a built-in circuit that every kind of test shares. */
export const vectorsOf = async (circuit: string): Promise<Vectors> => {
  const file = path.join(projectRoot, "circuits", circuit, "vectors.json");
  return JSON.parse(await readFile(file, "utf8")) as Vectors;
};

/** Submits inputs (one task each) and returns the job's id. */
export const submit = async (
  coordinator: Coordinator,
  circuit: string,
  inputs: readonly object[],
): Promise<string> => {
  const result = await trySubmit(coordinator, circuit, inputs);
  expect(result.code, result.stderr).toBe(0);
  return String(result.json().job_id);
};

/** Submits and hands over the outcome, whatever it is. */
export const trySubmit = (
  coordinator: Coordinator,
  circuit: string,
  inputs: readonly object[],
): Promise<CliResult> => {
  const lines = inputs.map((input) => JSON.stringify(input)).join("\n");
  const args = ["submit", "--circuit", circuit, "--inputs", "-", "--public-inputs-ok", "--json"];
  return runCli(coordinator, args, `${lines}\n`);
};

/** Follows a job to its end; the exit code is that of `watch`. */
export const watchToEnd = (coordinator: Coordinator, jobId: string): Promise<CliResult> =>
  runCli(coordinator, ["watch", jobId, "--json"]);

export type Bundle = {
  readonly proof: Groth16Proof;
  readonly publicSignals: readonly string[];
  readonly vkey: VerificationKey;
  readonly proofBytes: Uint8Array;
  readonly dir: string;
};

/** `get` into a temporary folder, handed to `use` and then removed. */
export const withBundle = async (
  coordinator: Coordinator,
  taskOrJob: string,
  use: (bundle: Bundle) => Promise<void>,
): Promise<void> => {
  const dir = await mkdtemp(path.join(tmpdir(), "prove-at-home-bundle-"));
  try {
    const result = await runCli(coordinator, ["get", taskOrJob, "--out", dir]);
    expect(result.code, result.stderr).toBe(0);
    const json = async (name: string): Promise<unknown> =>
      JSON.parse(await readFile(path.join(dir, name), "utf8")) as unknown;
    await use({
      proof: (await json("proof.json")) as Bundle["proof"],
      publicSignals: (await json("public.json")) as string[],
      vkey: (await json("vkey.json")) as Bundle["vkey"],
      proofBytes: await readFile(path.join(dir, "proof.bin")),
      dir,
    });
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
};

type AttemptView = {
  readonly attempt_id: string;
  readonly outcome: string;
  readonly reason: string;
};

/** The attempts of each task of a job, in order of submission. */
export const attemptsOf = async (
  coordinator: Coordinator,
  jobId: string,
): Promise<readonly (readonly AttemptView[])[]> => {
  const result = await runCli(coordinator, ["jobs", "show", jobId, "--json"]);
  expect(result.code, result.stderr).toBe(0);
  const tasks = result.json().tasks as readonly { readonly attempts: readonly AttemptView[] }[];
  return tasks.map((task) => task.attempts);
};
