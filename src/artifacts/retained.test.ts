import { describe, expect, test } from "vitest";
import { circuitId } from "../domain/ids.ts";
import { compiledKernel } from "../testing/compiled-kernels.ts";
import { sharedKeyOf } from "../testing/prepared-keys.ts";
import { digestOf, filesOf, the } from "../testing/prover.ts";
import type { CircuitFiles } from "./protocol.ts";
import { Retained } from "./retained.ts";

const MIB = 2 ** 20;

/** Files of a circuit whose prepared key takes so much. */
const files = (name: string, megabytes = 1, change: Partial<CircuitFiles> = {}): CircuitFiles => {
  const id = the(circuitId(name));
  const zkeyDigest = digestOf(name);
  const outcome = filesOf({ circuitId: id, zkeyDigest, manifestUrl: "" });
  if (!outcome.ok) throw new Error(outcome.message);
  const { circuit } = outcome.files;
  const zkey = { ...circuit.zkey, sha256: zkeyDigest };
  const key = sharedKeyOf(megabytes * MIB);
  return { ...outcome.files, circuit: { ...circuit, zkey }, key, ...change };
};

const kept = (retained: Retained, ...all: readonly CircuitFiles[]): readonly boolean[] =>
  all.map((each) => retained.get(each.circuit.zkey.sha256) === each);

describe("retained files", () => {
  test("are let go in the order of use when they are too much", () => {
    const retained = new Retained(0);
    const [a, b, c] = [files("a", 100), files("b", 100), files("c", 100)];
    for (const each of [a, b, a, c]) retained.keep(each);
    expect(kept(retained, a, b, c)).toEqual([true, false, true]);
  });

  test("may be more where a proof may take more", () => {
    const retained = new Retained(2_048 * MIB);
    const all = [files("a", 100), files("b", 100), files("c", 100), files("d", 100)];
    for (const each of all) retained.keep(each);
    expect(kept(retained, ...all)).toEqual([true, true, true, true]);
  });

  test("are kept, the last ones, however much they are", () => {
    const retained = new Retained(0);
    const [small, large] = [files("a"), files("b", 300)];
    retained.keep(small);
    retained.keep(large);
    expect(kept(retained, small, large)).toEqual([false, true]);
  });

  test("that are doubted go, with all that the kernel to blame would prove", () => {
    const by = (kernel: "ext4" | "scalar9") => ({ kernels: [compiledKernel("bn128", kernel)] });
    const retained = new Retained(0);
    const [doubted, same, other] = [
      files("a", 1, by("ext4")),
      files("b", 1, by("ext4")),
      files("c", 1, by("scalar9")),
    ];
    for (const each of [doubted, same, other]) retained.keep(each);
    const zkeyDigest = doubted.circuit.zkey.sha256;
    retained.doubt({ zkeyDigest, curve: "bls12381", kernel: "ext4" });
    expect(kept(retained, doubted, same, other)).toEqual([false, true, true]);
    retained.doubt({ zkeyDigest, curve: "bn128", kernel: "ext4" });
    expect(kept(retained, doubted, same, other)).toEqual([false, false, true]);
  });

  test("that were begun before a doubt are not kept after it", () => {
    const retained = new Retained(0);
    const [before, after] = [files("a"), files("b")];
    const { doubts } = retained;
    const zkeyDigest = files("c").circuit.zkey.sha256;
    retained.doubt({ zkeyDigest, curve: "bn128", kernel: "fma2" });
    retained.keep(before, doubts);
    retained.keep(after, retained.doubts);
    expect(kept(retained, before, after)).toEqual([false, true]);
  });

  test("of a circuit that is deleted go", () => {
    const retained = new Retained(0);
    const [a, b] = [files("a"), files("b")];
    retained.keep(a);
    retained.keep(b);
    retained.deleteCircuit(a.circuit.id);
    expect(kept(retained, a, b)).toEqual([false, true]);
  });
});
