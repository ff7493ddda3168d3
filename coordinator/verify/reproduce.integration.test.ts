import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { circuitId } from "../../src/domain/ids.ts";
import { digestFile } from "../circuits/digest.ts";
import type { InputJob } from "./check-input.ts";
import { createInputChecker } from "./check-input.ts";
import type { Reproducer } from "./reproduce.ts";
import { openReproducer } from "./reproduce.ts";
import { benchFile, hasBench } from "./testing/real-circuits.ts";
import type { TinyBehaviour } from "./testing/tiny-circuit.ts";
import { tinyCircuit } from "./testing/tiny-circuit.ts";

const MEMORY_CAP_BYTES = 600 * 2 ** 20;
const TIMEOUT_MS = 8_000;

let folder: string;
let reproducer: Reproducer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "prove-at-home-witness-"));
  reproducer = openReproducer({
    parallel: 2,
    queueLimit: 4,
    timeoutMs: TIMEOUT_MS,
    memoryCapBytes: MEMORY_CAP_BYTES,
  });
});
afterAll(async () => {
  reproducer.close();
  await rm(folder, { recursive: true });
});

const jobFor = async (name: string, wasmPath: string, input: Uint8Array): Promise<InputJob> => {
  const id = circuitId(name);
  if (id === undefined) throw new TypeError(name);
  const { sha256: wasmDigest } = await digestFile(wasmPath);
  return { circuit: { id, curve: "bn128" }, wasmDigest, wasmPath, input };
};

const tinyJob = async (behaviour: TinyBehaviour, input = '{"in":"1"}'): Promise<InputJob> => {
  const wasmPath = join(folder, `${behaviour}.wasm`);
  await writeFile(wasmPath, tinyCircuit({ behaviour }));
  return jobFor("tiny", wasmPath, Buffer.from(input));
};

describe("reproducing a failure", () => {
  it.each([
    ["satisfied", "satisfied", /^$/u],
    ["unsatisfied", "unsatisfied", /assert failed/u],
    ["trap", "inconclusive", /unreachable/u],
    ["loop", "inconclusive", /^the witness took longer than 8000 ms$/u],
    ["bomb", "inconclusive", /^the witness process passed its memory cap of 600 MiB$/u],
  ] as const)("of a circuit that is or does this: %s", async (behaviour, outcome, reason) => {
    const reproduction = await reproducer.run(await tinyJob(behaviour));
    expect(reproduction.outcome).toBe(outcome);
    expect("reason" in reproduction ? reproduction.reason : "").toMatch(reason);
    // Whatever it did, the next run is not touched by it.
    expect(await reproducer.run(await tinyJob("satisfied"))).toEqual({ outcome: "satisfied" });
  });

  it.each([
    ["no JSON", "{"],
    ["an unnamed signal", "{}"],
    ["too many values", '{"in":["1","2"]}'],
    ["a value that is not in the field", '{"in":"-1"}'],
  ])("says that an input is malformed: %s", async (_, input) => {
    expect(await reproducer.run(await tinyJob("satisfied", input))).toMatchObject({
      outcome: "malformed",
    });
  });

  it("says nothing about an input when the wasm has changed on disk", async () => {
    const job = await tinyJob("satisfied");
    await writeFile(job.wasmPath, tinyCircuit({ behaviour: "unsatisfied" }));
    const reproduction = await reproducer.run(job);
    expect(reproduction).toMatchObject({ outcome: "inconclusive" });
    expect("reason" in reproduction ? reproduction.reason : "").toMatch(/does not hash to/u);
  });

  it("runs at most two at once and turns away what its queue does not hold", async () => {
    const job = await tinyJob("satisfied");
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => reproducer.run(job)));
    const count = (wanted: string) => outcomes.filter(({ outcome }) => outcome === wanted).length;
    expect([count("satisfied"), count("inconclusive")]).toEqual([6, 2]);
  });

  it("ends what runs when it is closed", async () => {
    const closing = openReproducer({
      parallel: 1,
      queueLimit: 4,
      timeoutMs: 60_000,
      memoryCapBytes: MEMORY_CAP_BYTES,
    });
    const job = await tinyJob("loop");
    const runs = [closing.run(job), closing.run(job)];
    setTimeout(() => closing.close(), 500);
    expect(await Promise.all(runs)).toEqual([stopping, stopping]);
  });
});

const stopping = { outcome: "inconclusive", reason: "the coordinator is stopping" };

describe.skipIf(!hasBench("semaphore20"))("Semaphore's circuit", () => {
  const wasm = benchFile("semaphore20", "wasm");
  const input = () => readFile(benchFile("semaphore20", "input.json"), "utf8");
  const changed = async (change: (fields: Record<string, unknown>) => Record<string, unknown>) => {
    const fields = JSON.parse(await input()) as Record<string, unknown>;
    return jobFor("semaphore20", wasm, Buffer.from(JSON.stringify(change(fields))));
  };
  /** The secret has to be below the order of Baby Jubjub's subgroup, which this is not. */
  const tooLarge = String(2n ** 253n);

  it("is satisfied by its own input and not by a secret out of range", async () => {
    expect(await reproducer.run(await changed((fields) => fields))).toEqual({
      outcome: "satisfied",
    });
    expect(
      await reproducer.run(await changed((fields) => ({ ...fields, secret: tooLarge }))),
    ).toMatchObject({
      outcome: "unsatisfied",
    });
  });

  it("has its input checked without running it", async () => {
    const check = createInputChecker();
    expect(await check(await changed((fields) => fields))).toEqual({ ok: true });
    // Unsatisfiable, but of the right form.
    expect(await check(await changed((fields) => ({ ...fields, secret: tooLarge })))).toEqual({
      ok: true,
    });
    expect(await check(await changed((fields) => ({ ...fields, nope: "1" })))).toMatchObject({
      ok: false,
      field: "nope",
    });
    expect(
      await check(await changed((fields) => ({ ...fields, scope: ["1", "2"] }))),
    ).toMatchObject({ ok: false, field: "scope" });
    expect(await check(await changed(({ scope: _, ...fields }) => fields))).toMatchObject({
      ok: false,
      field: "",
    });
  });
});
