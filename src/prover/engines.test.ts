import { describe, expect, test, vi } from "vitest";
import type { CircuitFiles, CompiledKernel, SharedKey } from "../artifacts/protocol.ts";
import { compiledKernel, type Wanted } from "../testing/compiled-kernels.ts";
import { readBuiltInCircuit, withZkey, type TestCircuit } from "../testing/circuits.ts";
import { withKey } from "../testing/prepared-keys.ts";
import { NodeFailure } from "../domain/failure.ts";
import { createTeam } from "../domain/team.ts";
import { createLocks, openProveTools } from "../testing/prover-tools.ts";
import type { HoldLock } from "./engine/regions.ts";
import { prove, type ProveTools } from "./prove.ts";
import type { ProveOutcome } from "./protocol.ts";

const range = readBuiltInCircuit("range_proof");
const bls = readBuiltInCircuit("addition_bls12381");

const ext4 = (wanted: Wanted = {}): CompiledKernel => compiledKernel("bn128", "ext4", wanted);
const scalar9 = (wanted: Wanted = {}): CompiledKernel => compiledKernel("bn128", "scalar9", wanted);

const tools = await openProveTools();

const run = (
  { input }: TestCircuit,
  files: CircuitFiles,
  { by = tools, told = [] }: { by?: ProveTools; told?: number[] } = {},
): Promise<ProveOutcome> =>
  prove({ files, input, onProgress: (_stage, share) => told.push(share) }, by);

const expectProof = async (
  { publicSignals, files }: TestCircuit,
  outcome: ProveOutcome,
  engine: RegExp,
): Promise<void> => {
  if (!outcome.ok) throw new Error(outcome.message);
  expect(outcome.proof.publicSignals).toEqual(publicSignals);
  expect(outcome.proof.engine).toMatch(engine);
  const claim = { ...outcome.proof, vkeyJson: files.vkeyJson };
  expect(await tools.verifier.verify(claim)).toBe(true);
};

const distrustedBy = (outcome: ProveOutcome): readonly (string | undefined)[] =>
  outcome.ok ? outcome.distrusted.map(({ kernel }) => kernel) : ["failed"];

const sharedKey = ({ key }: CircuitFiles): SharedKey => {
  if (key?.kind !== "shared") throw new Error("the key is not shared");
  return key;
};

const damage = ({ memory, address, slots }: SharedKey): void => {
  const key = new Uint8Array(memory.buffer, address, slots.address - address);
  key.fill(0x5a, Math.floor(key.length / 2));
};

describe("a kernel proves", () => {
  test("from the zkey, where no key was prepared", async () => {
    for (const kernel of [ext4(), scalar9()]) {
      const outcome = await run(range, { ...range.files, kernels: [kernel] });
      await expectProof(range, outcome, new RegExp(`^core .* ${kernel.layout.kernel}$`));
      expect(distrustedBy(outcome)).toEqual([]);
    }
  });

  test("on BLS12-381", async () => {
    const kernels = [compiledKernel("bls12381", "ext4")];
    await expectProof(bls, await run(bls, { ...bls.files, kernels }), /ext4$/);
  });

  test("from a prepared file, without reading the zkey", async () => {
    const files = await withKey(range, { kernels: [ext4()], isolated: false });
    expect(files.key?.kind).toBe("file");
    const outcome = await run(range, { ...files, zkey: new Blob([]) });
    await expectProof(range, outcome, /ext4$/);
    expect(distrustedBy(outcome)).toEqual([]);
  });

  test("from the zkey, where the prepared file is damaged", async () => {
    const files = await withKey(range, { kernels: [ext4()], isolated: false });
    if (files.key?.kind !== "file") throw new Error("the key is no file");
    const bytes = new Uint8Array(await files.key.file.arrayBuffer());
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    const damaged: CircuitFiles = { ...files, key: { kind: "file", file: new Blob([bytes]) } };
    const outcome = await run(range, damaged);
    await expectProof(range, outcome, /ext4$/);
    expect(distrustedBy(outcome)).toEqual([]);
    // It is the zkey that was read.
    const by = await openProveTools();
    const unreadable = { ...damaged, zkey: new Blob([]) };
    expect(await run(range, unreadable, { by })).toMatchObject({ ok: false, cause: "artifact" });
  });

  test("from the zkey, where the prepared file is gone: storage was full, and room was needed", async () => {
    const files = await withKey(range, { kernels: [ext4()], isolated: false });
    const gone = () => Promise.reject(new DOMException("not found", "NotFoundError"));
    const file = { size: 9_000, arrayBuffer: gone, slice: () => ({ ...file, arrayBuffer: gone }) };
    const by = await openProveTools();
    const outcome = await run(range, { ...files, key: { kind: "file", file } }, { by });
    await expectProof(range, outcome, /ext4$/);
    expect(distrustedBy(outcome)).toEqual([]);
  });

  test("from a copy while its region is taken, and from shared memory once it is free", async () => {
    const files = await withKey(range, { kernels: [ext4({ shared: true })], isolated: true });
    let isFree = false;
    const holdLock: HoldLock = () => Promise.resolve(isFree ? () => undefined : undefined);
    const by = await openProveTools({ holdLock });
    const intact = sharedKey(files);
    const bytes = new Uint8Array(intact.memory.buffer).slice();
    damage(intact);
    // The copy is made of what is damaged, and stays so.
    expect(distrustedBy(await run(range, files, { by }))).toEqual(["ext4"]);
    new Uint8Array(intact.memory.buffer).set(bytes);
    expect(distrustedBy(await run(range, files, { by }))).toEqual([]);
    damage(intact);
    expect(distrustedBy(await run(range, files, { by }))).toEqual([]);
    isFree = true;
    expect(distrustedBy(await run(range, files, { by }))).toEqual(["ext4"]);
  });

  test("from shared memory, two provers at once, and a third that has no room in it", async () => {
    const files = await withKey(range, { kernels: [scalar9({ shared: true })], isolated: true });
    const before = sharedKey(files).memory.buffer.byteLength;
    const holdLock = createLocks();
    const lanes = [0, 1, 7];
    const provers = await Promise.all(lanes.map((lane) => openProveTools({ lane, holdLock })));
    const outcomes = await Promise.all(provers.map((by) => run(range, files, { by })));
    for (const outcome of outcomes) await expectProof(range, outcome, /scalar9$/);
    expect(sharedKey(files).memory.buffer.byteLength).toBe(before);
    // The third has a copy of the whole key, which nothing happens to.
    damage(sharedKey(files));
    const [first, , third] = await Promise.all(provers.map((by) => run(range, files, { by })));
    expect(first?.ok === true && distrustedBy(first)).toEqual(["scalar9"]);
    expect(third?.ok === true && distrustedBy(third)).toEqual([]);
  });

  test("one circuit after the other, and tells how far it is", async () => {
    const both = [range, readBuiltInCircuit("addition"), range];
    for (const circuit of both) {
      const told: number[] = [];
      const outcome = await run(circuit, { ...circuit.files, kernels: [ext4()] }, { told });
      await expectProof(circuit, outcome, /ext4$/);
      expect(told).toEqual([...told].sort((one, other) => one - other));
      expect(told.length).toBeGreaterThanOrEqual(8);
    }
  });

  test("the same input to another proof each time", async () => {
    const files = { ...range.files, kernels: [ext4()] };
    const [one, other] = [await run(range, files), await run(range, files)];
    expect(one.ok && one.proof.bytes).not.toEqual(other.ok && other.proof.bytes);
  });
});

describe("a proof that does not verify is made again", () => {
  test("by the next kernel, when the first computes wrongly", async () => {
    const wrong = { ...range.files, kernels: [ext4({ lying: true }), scalar9()] };
    const outcome = await run(range, wrong, { by: await openProveTools() });
    await expectProof(range, outcome, /scalar9$/);
    expect(outcome).toMatchObject({
      distrusted: [{ kernel: "ext4", why: expect.stringMatching(/./) as string }],
    });
    // The control: the same without the fault.
    const right = await run(range, { ...range.files, kernels: [ext4(), scalar9()] });
    await expectProof(range, right, /ext4$/);
    expect(distrustedBy(right)).toEqual([]);
  });

  test("by snarkjs, when two kernels compute wrongly", async () => {
    const kernels = [ext4({ lying: true }), scalar9({ lying: true })];
    const by = await openProveTools();
    const outcome = await run(range, { ...range.files, kernels }, { by });
    await expectProof(range, outcome, /^snarkjs/);
    expect(distrustedBy(outcome)).toEqual(["ext4", "scalar9"]);
  });

  test("by the next kernel, when the shared key is damaged", async () => {
    const kernels = [ext4({ shared: true }), scalar9({ shared: true })];
    const files = await withKey(range, { kernels, isolated: true });
    await expectProof(range, await run(range, files, { by: await openProveTools() }), /ext4$/);
    damage(sharedKey(files));
    const outcome = await run(range, files, { by: await openProveTools() });
    await expectProof(range, outcome, /scalar9$/);
    expect(distrustedBy(outcome)).toEqual(["ext4"]);
  });

  test("and the kernel that failed has let go of its key, and of its region", async () => {
    const right = await withKey(range, { kernels: [ext4({ shared: true })], isolated: true });
    const wrong = { ...right, kernels: [ext4({ shared: true, lying: true })] };
    const region = `${sharedKey(right).slots.name} 0`;
    const holdLock = createLocks();
    const outcome = await run(range, wrong, { by: await openProveTools({ holdLock }) });
    expect(distrustedBy(outcome)).toEqual(["ext4"]);
    expect(await holdLock(region, 50)).toBeDefined();
    // The control: a prover whose kernel proves keeps it.
    const other = createLocks();
    await run(range, right, { by: await openProveTools({ holdLock: other }) });
    expect(await other(region, 50)).toBeUndefined();
  });

  test("by nobody, when there is no memory for checking it: no engine is distrusted for that", async () => {
    const verify = () => Promise.reject(new NodeFailure("out_of_memory", "memory ran out"));
    const outcome = await run(
      range,
      { ...range.files, kernels: [ext4()] },
      { by: { ...tools, verifier: { verify } } },
    );
    expect(outcome).toMatchObject({ ok: false, cause: "out_of_memory", stage: "check" });
  });

  test("without help: the team of the engine that failed is over", async () => {
    const team = createTeam();
    const kernels = [ext4({ lying: true })];
    const by = await openProveTools();
    const outcome = await prove(
      {
        ...{ files: { ...range.files, kernels }, input: range.input, team: team.buffer },
        onProgress: () => undefined,
      },
      by,
    );
    await expectProof(range, outcome, /^snarkjs/);
    expect(team.isOver).toBe(true);
  });

  test("by nobody, when the zkey is not the verification key's: that is the files' fault", async () => {
    const key = JSON.parse(range.files.vkeyJson) as { vk_delta_2: unknown };
    const other = JSON.parse(readBuiltInCircuit("addition").files.vkeyJson) as typeof key;
    key.vk_delta_2 = other.vk_delta_2;
    const files = { ...range.files, kernels: [ext4()], vkeyJson: JSON.stringify(key) };
    expect(await run(range, files)).toMatchObject({
      ok: false,
      cause: "artifact",
      stage: "check",
    });
  });
});

describe("a kernel refuses", () => {
  test("another circuit's zkey, before anything is computed", async () => {
    const files = withZkey(range.files, readBuiltInCircuit("addition").zkeyBytes);
    const told: number[] = [];
    expect(await run(range, { ...files, kernels: [ext4()] }, { told })).toMatchObject({
      ...{ ok: false, cause: "artifact", stage: "key" },
      message: expect.stringMatching(/the zkey does not fit the circuit/) as string,
    });
    expect(told).toHaveLength(1);
  });

  test("a zkey of another curve", async () => {
    const files = withZkey(range.files, bls.zkeyBytes);
    expect(await run(range, { ...files, kernels: [ext4()] })).toMatchObject({
      ...{ ok: false, cause: "artifact" },
      message: expect.stringContaining("the zkey is of curve bls12381") as string,
    });
  });

  test("what there is no memory for, and proves when there is again", async () => {
    const by = await openProveTools();
    const files = { ...range.files, kernels: [ext4()] };
    const full = vi.spyOn(WebAssembly, "Memory").mockImplementation(function () {
      throw new RangeError("could not allocate memory");
    });
    const refused = await run(range, files, { by });
    full.mockRestore();
    expect(refused).toMatchObject({
      ...{ ok: false, cause: "out_of_memory" },
      message: expect.stringContaining("there is no memory for a key and its proofs") as string,
    });
    await expectProof(range, await run(range, files, { by }), /ext4$/);
  });

  test("a domain smaller than its vectors, or of another curve: snarkjs proves those", async () => {
    const kernels = [compiledKernel("bls12381", "ext4")];
    await expectProof(range, await run(range, { ...range.files, kernels }), /^snarkjs/);
  });
});
