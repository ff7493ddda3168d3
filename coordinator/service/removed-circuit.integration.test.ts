import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Code, ConnectError } from "@connectrpc/connect";
import { groth16, zKey } from "snarkjs";
import type { VerificationKey } from "snarkjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Verdict } from "../../src/gen/coordinator_pb.ts";
import { ErrorInfoSchema } from "../../src/gen/proving/v1/error_pb.ts";
import { decodeProof } from "../../src/wire/proof.ts";
import { installSingleThreadCurve } from "../verify/single-thread-curve.ts";
import { bearer, clientsOf, complete, grpcWeb, openStream, register } from "./testing/clients.ts";
import { openTestCoordinator } from "./testing/coordinator.ts";
import type { TestCoordinator } from "./testing/coordinator.ts";
import { builtInFiles, proveWith } from "./testing/proofs.ts";
import type { CircuitFiles } from "./testing/proofs.ts";

let coordinator: TestCoordinator;
let folder = "";
let files: CircuitFiles;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "prove-at-home-removed-"));
  files = await ownFiles();
  coordinator = await openTestCoordinator({ PRACTICE_TASKS: "false" });
});
afterAll(async () => {
  await coordinator.close();
  await rm(folder, { recursive: true });
});

/** The addition with a key of its own: one more contribution makes it another circuit's. */
const ownFiles = async (): Promise<CircuitFiles> => {
  const builtIn = await builtInFiles("addition");
  const zkey = path.join(folder, "own.zkey");
  await installSingleThreadCurve(builtIn.curve);
  await zKey.contribute(builtIn.zkey, zkey, "test", "any entropy");
  return { ...builtIn, zkey };
};

const CHUNK_BYTES = 128 * 1024;

const upload = async function* (id: string) {
  const wasm = await readFile(files.wasm);
  const zkey = await readFile(files.zkey);
  const header = { id, wasmBytes: BigInt(wasm.length), zkeyBytes: BigInt(zkey.length) };
  yield { part: { case: "header" as const, value: header } };
  for (const [part, bytes] of [["wasm", wasm] as const, ["zkey", zkey] as const]) {
    for (let at = 0; at < bytes.length; at += CHUNK_BYTES)
      yield { part: { case: part, value: Uint8Array.from(bytes.subarray(at, at + CHUNK_BYTES)) } };
  }
};

const input = { a: "20", b: "22" };
const client = () => clientsOf(grpcWeb(coordinator.url));
const owner = () => bearer(coordinator.ownerKey);

/** A job of two tasks of an added circuit, the first one proven. */
const halfProven = async (circuitId: string) => {
  const { node, jobs } = client();
  const workerId = "worker";
  const { sessionId } = await register(node, { workerId });
  const stream = openStream(node, { workerId, sessionId });
  const bytes = Buffer.from(JSON.stringify(input));
  const job = { circuitId, inputs: [bytes, bytes], inputsVisibleToVolunteers: true };
  const submitted = await jobs.submitJob(job, owner());
  await expect.poll(() => stream.assignments.length, { timeout: 15_000 }).toBe(1);
  const [assignment] = stream.assignments;
  if (assignment === undefined) return expect.unreachable();
  const proof = await proveWith(files, input);
  const answer = await complete(node, workerId, { assignment, proof });
  expect(answer.verdict).toBe(Verdict.ACCEPTED);
  stream.close();
  const tasks = submitted.job?.tasks.map((task) => task.taskId) ?? [];
  const open = tasks.find((taskId) => taskId !== assignment.taskId) ?? "";
  return { proven: assignment.taskId, open };
};

describe("GetProof of a circuit that was removed", () => {
  it("gives what was proven, with the key that verifies it, also after a restart", async () => {
    const { circuits, jobs } = client();
    const admin = bearer(coordinator.adminKey);
    await circuits.addCircuit(upload("own"), admin);
    const { proven, open } = await halfProven("own");
    const before = await jobs.getProof({ taskId: proven }, owner());
    expect(await circuits.removeCircuit({ id: "own" }, admin)).toMatchObject({ cancelledTasks: 1 });

    expect(await jobs.getProof({ taskId: proven }, owner())).toEqual(before);
    const refusal = ConnectError.from(
      await jobs.getProof({ taskId: open }, owner()).catch((error: unknown) => error),
    );
    expect(refusal.code).toBe(Code.FailedPrecondition);
    expect(refusal.findDetails(ErrorInfoSchema)[0]?.reason).toBe("TASK_CANCELLED");

    await coordinator.stop();
    await coordinator.restart();
    const after = await jobs.getProof({ taskId: proven }, owner());
    expect(after).toEqual(before);
    expect(after).toMatchObject({ circuitId: "own", curve: "bn128", publicSignals: ["42"] });
    const proof = decodeProof("bn128", after.proofData);
    const key = JSON.parse(after.vkeyJson) as VerificationKey;
    expect(await groth16.verify(key, after.publicSignals, proof)).toBe(true);
    expect(await groth16.verify(key, ["43"], proof)).toBe(false);
  });
});
