import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Code, ConnectError, type ConnectRouter } from "@connectrpc/connect";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ErrorInfoSchema } from "../../src/gen/proving/v1/error_pb.ts";
import { JobService, TaskState } from "../../src/gen/proving/v1/job_pb.ts";
import { exitCodes } from "../failure.ts";
import { proveAddition, type RealProof } from "../testing/proofs.ts";
import { testWorld } from "../testing/world.ts";

const proofs = new Map<string, RealProof>();
let folder = "";
let made = 0;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "prove-at-home-proofs-"));
  proofs.set("bn128", await proveAddition("bn128"));
  proofs.set("bls12381", await proveAddition("bls12381"));
}, 60_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

const proofOn = (curve: string): RealProof => {
  const proof = proofs.get(curve);
  if (proof === undefined) throw new Error(`no proof on ${curve}`);
  return proof;
};

/** A coordinator with a job j_1 of these task states; accepted tasks have the proof. */
const withJob = (states: readonly TaskState[], curve = "bn128") => ({
  routes: (router: ConnectRouter) =>
    router.service(JobService, {
      getJob: ({ jobId }) => {
        if (jobId !== "j_1") throw new ConnectError(`no job ${jobId}`, Code.NotFound);
        const tasks = states.map((state, index) => ({
          taskId: `t_${index}`,
          index,
          state,
          reason: state === TaskState.FAILED ? "constraint 7 is not satisfied" : "",
        }));
        return { job: { jobId, tasks } };
      },
      getProof: ({ taskId }) => {
        const state = states[Number(taskId.slice(2))];
        if (state === undefined) throw new ConnectError(`no task ${taskId}`, Code.NotFound);
        if (state !== TaskState.ACCEPTED) {
          const value = { reason: `TASK_${TaskState[state]}`, problem: "no proof", remedy: "none" };
          const details = [{ desc: ErrorInfoSchema, value }];
          throw new ConnectError("x", Code.FailedPrecondition, undefined, details);
        }
        return { ...proofOn(curve), publicSignals: [...proofOn(curve).publicSignals], taskId };
      },
    }),
});

/** The folder that `get` writes of an accepted task. */
const bundle = async (curve = "bn128"): Promise<string> => {
  made += 1;
  const out = path.join(folder, `bundle-${made}`);
  expect(
    await testWorld(withJob([TaskState.ACCEPTED], curve)).run("get", "j_1", "--out", out),
  ).toBe(0);
  return out;
};

const edit = async (dir: string, name: string, change: (text: string) => string): Promise<void> => {
  const file = path.join(dir, name);
  await writeFile(file, change(await readFile(file, "utf8")));
};

describe("get", () => {
  it("writes a task's four files in snarkjs's format", async () => {
    const dir = await bundle();
    const json = async (name: string): Promise<unknown> =>
      JSON.parse(await readFile(path.join(dir, name), "utf8"));
    expect(await json("public.json")).toEqual(["5"]);
    expect(await json("vkey.json")).toEqual(JSON.parse(proofOn("bn128").vkeyJson));
    expect(await json("proof.json")).toMatchObject({ protocol: "groth16", curve: "bn128" });
    const bytes = await readFile(path.join(dir, "proof.bin"));
    expect(bytes.equals(proofOn("bn128").proofData)).toBe(true);
  });

  it("gives each task of a larger job a folder that sorts, and tells why one has no proof", async () => {
    const states = [TaskState.ACCEPTED, TaskState.FAILED, TaskState.LEASED];
    const { run, stdout, stderr } = testWorld(withJob(states));
    const out = path.join(folder, "many");
    expect(await run("get", "j_1", "--out", out)).toBe(exitCodes.noProof);
    expect(stdout()).toContain(path.join(out, "0000"));
    expect(stderr()).toContain("t_1 has no proof, it is failed: constraint 7 is not satisfied");
    expect(stderr()).toContain("t_2 has no proof yet, it is leased");
  });

  it.each([
    ["j_1", [TaskState.LEASED], exitCodes.notReady],
    ["j_1", [TaskState.DEAD], exitCodes.noProof],
    ["t_0", [TaskState.ACCEPTED], exitCodes.ok],
    ["t_0", [TaskState.FAILED], exitCodes.noProof],
    ["t_0", [TaskState.LEASED], exitCodes.notReady],
    ["t_9", [TaskState.ACCEPTED], exitCodes.notFound],
  ])("%s of a job with states %j exits %d", async (id, states, exit) => {
    const { run } = testWorld(withJob(states));
    expect(await run("get", id, "--out", path.join(folder, "states"))).toBe(exit);
  });
});

describe("verify", () => {
  it.each(["bn128", "bls12381"])(
    "finds a real proof on %s valid, by both libraries",
    async (curve) => {
      const dir = await bundle(curve);
      const { run, records, addresses } = testWorld();
      expect(await run("verify", dir, "--json")).toBe(exitCodes.ok);
      expect(records()).toMatchObject([{ valid: true, snarkjs: true, noble: true }]);
      expect(addresses).toEqual([]);
    },
  );

  it.each(["bn128", "bls12381"])("finds another public signal on %s invalid", async (curve) => {
    const dir = await bundle(curve);
    await edit(dir, "public.json", () => '["6"]');
    const { run, records } = testWorld();
    expect(await run("verify", dir, "--json")).toBe(exitCodes.no);
    expect(records()).toMatchObject([{ valid: false, snarkjs: false, noble: false }]);
  });

  it("finds a well-formed proof of another statement invalid", async () => {
    const [dir, other] = [await bundle(), await bundle()];
    const swapped = {
      ...(JSON.parse(await readFile(path.join(dir, "vkey.json"), "utf8")) as object),
    };
    const key = swapped as { vk_delta_2: unknown; vk_gamma_2: unknown };
    await edit(other, "vkey.json", () =>
      JSON.stringify({ ...key, vk_delta_2: key.vk_gamma_2, vk_gamma_2: key.vk_delta_2 }),
    );
    expect(await testWorld().run("verify", other)).toBe(exitCodes.no);
  });

  it.each([
    ["public.json", '["5","1"]', /public.json: it has 2 signals; the key is for 1/],
    ["public.json", '["05"]', /public.json: 0: .*leading zeros/],
    ["public.json", "[5]", /public.json: 0/],
    ["public.json", `["${"9".repeat(78)}"]`, /signal 0 is not below the order/],
    ["proof.json", '{"protocol":"plonk"}', /proof.json: /],
    ["vkey.json", '{"protocol":"groth16","curve":"secp256k1"}', /vkey.json: curve/],
  ])("names the file and the rule that it breaks: %s %s", async (name, text, message) => {
    const dir = await bundle();
    await edit(dir, name, () => text);
    const { run, stdout } = testWorld();
    expect(await run("verify", dir)).toBe(exitCodes.no);
    expect(stdout()).toMatch(message);
  });

  it("refuses a point off the curve", async () => {
    const dir = await bundle();
    const proof = JSON.parse(await readFile(path.join(dir, "proof.json"), "utf8")) as {
      pi_a: string[];
    };
    await edit(dir, "proof.json", () => JSON.stringify({ ...proof, pi_a: ["1", "3", "1"] }));
    const bytes = Uint8Array.from(proofOn("bn128").proofData);
    bytes.fill(0, 0, 64);
    bytes[31] = 1;
    bytes[63] = 3;
    await writeFile(path.join(dir, "proof.bin"), bytes);
    expect(await testWorld().run("verify", dir)).toBe(exitCodes.no);
  });

  it("refuses when proof.bin is not the proof of proof.json", async () => {
    const dir = await bundle();
    const bytes = Uint8Array.from(proofOn("bn128").proofData);
    bytes[31] = (bytes[31] ?? 0) ^ 1;
    await writeFile(path.join(dir, "proof.bin"), bytes);
    const { run, stdout } = testWorld();
    expect(await run("verify", dir)).toBe(exitCodes.no);
    expect(stdout()).toMatch(/proof.bin: it is another proof/);
  });

  it("names the file that is missing: that is no verdict", async () => {
    const dir = await bundle();
    await rm(path.join(dir, "vkey.json"));
    const { run, stderr } = testWorld();
    expect(await run("verify", dir)).toBe(exitCodes.usage);
    expect(stderr()).toMatch(/cannot read vkey.json/);
  });
});
