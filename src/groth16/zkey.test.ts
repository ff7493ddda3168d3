import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { scalarPrime } from "../domain/circuit.ts";
import { NodeFailure } from "../domain/failure.ts";
import { joinSections, sectionsOf, withSection } from "../testing/binfile.ts";
import { readBuiltInCircuit } from "../testing/circuits.ts";
import { seededRandom } from "../testing/random.ts";
import { readWtns } from "./wtns.ts";
import { COEFFICIENT_BYTES, readZkey } from "./zkey.ts";

const addition = readBuiltInCircuit("addition").zkeyBytes;
const bls = readBuiltInCircuit("addition_bls12381").zkeyBytes;

const problemOf = (read: () => unknown): string => {
  try {
    read();
  } catch (reason) {
    if (reason instanceof NodeFailure && reason.code === "artifact") return reason.message;
    throw reason;
  }
  throw new Error("nothing was refused");
};

/** Where the counts begin in the header of a BN254 key. */
const COUNTS = 4 + 32 + 4 + 32;
const POINTS = COUNTS + 12;

describe("a zkey", () => {
  test("of BN254 is read", () => {
    const { bases, header, matrices, ...facts } = readZkey(addition);
    expect(facts).toEqual({ curve: "bn128", wires: 129, publicSignals: 1, domainSize: 256 });
    const lengths = Object.values(bases).map(({ length }) => length);
    expect(lengths).toEqual([129 * 64, 129 * 64, 129 * 128, 127 * 64, 256 * 64]);
    expect(matrices).toMatchObject({ count: 640, wires: 129, domainSize: 256 });
    expect(matrices.records).toHaveLength(640 * COEFFICIENT_BYTES);
    expect(header.alpha1).toHaveLength(64);
    expect(header.delta2).toHaveLength(128);
  });

  test("of BLS12-381 is read", () => {
    const { curve, bases, header } = readZkey(bls);
    expect(curve).toBe("bls12381");
    expect(bases.b2).toHaveLength(129 * 192);
    expect(header.gamma2).toHaveLength(192);
  });

  test("is not copied", () => {
    const { bases, matrices, header } = readZkey(addition);
    for (const view of [...Object.values(bases), ...Object.values(header), matrices.records]) {
      expect(view.buffer).toBe(addition.buffer);
    }
  });

  test("is read wherever it lies: at an odd address, in shared memory", () => {
    const shared = new Uint8Array(new SharedArrayBuffer(addition.length + 1));
    shared.set(addition, 1);
    const { bases, matrices } = readZkey(shared.subarray(1));
    expect(bases.h.slice()).toEqual(readZkey(addition).bases.h);
    expect(matrices.count).toBe(640);
  });

  test("may have its sections in any order, and others beside them", () => {
    const { bases, matrices, ...facts } = readZkey(addition);
    const sections = [...sectionsOf(addition).toReversed(), { id: 77, body: new Uint8Array(3) }];
    expect(readZkey(joinSections(sections))).toEqual({ bases, matrices, ...facts });
  });
});

type Fault = readonly [what: string, file: Uint8Array, problem: RegExp];

const edit = (id: number, write: (view: DataView) => void): Uint8Array =>
  withSection(addition, id, (_, view) => {
    write(view);
    return undefined;
  });
const without = (id: number): Uint8Array =>
  joinSections(sectionsOf(addition).filter((section) => section.id !== id));
const patched = (write: (view: DataView) => void): Uint8Array => {
  const file = addition.slice();
  write(new DataView(file.buffer));
  return file;
};
const shortened = (id: number, by: number): Uint8Array =>
  withSection(addition, id, (body) => body.subarray(0, body.length - by));

const names = ["IC", "coefficients", "points A", "B1", "B2", "C", "H"];
const sectionFaults = [3, 4, 5, 6, 7, 8, 9].flatMap((id): Fault[] => {
  const name = names[id - 3] ?? "";
  return [
    [`section ${id} missing`, without(id), new RegExp(`section ${id} \\(.*${name}\\) is missing`)],
    [
      `section ${id} one byte short`,
      shortened(id, 1),
      new RegExp(`section ${id} \\(.*${name}\\) has \\d+ bytes; \\d+ (points|coeff).* take \\d+`),
    ],
    [
      `section ${id} too long`,
      withSection(addition, id, (body) => new Uint8Array([...body, 0, 0, 0, 0])),
      new RegExp(`section ${id} \\(.*${name}\\) has \\d+ bytes; \\d+ (points|coeff).* take \\d+`),
    ],
  ];
});

const faults: readonly Fault[] = [
  ["nothing", new Uint8Array(0), /has 0 bytes, its header alone takes 12/],
  ["another file", new Uint8Array(100), /does not begin with "zkey"/],
  ["an unknown version", patched((view) => view.setUint32(4, 3, true)), /version is 3, known.* 2/],
  ["version 0", patched((view) => view.setUint32(4, 0, true)), /version is 0/],
  [
    "a section too many",
    patched((view) => view.setUint32(8, 11, true)),
    /cut off: it claims 11 sections and ends in number 11/,
  ],
  [
    "a section too few",
    patched((view) => view.setUint32(8, 9, true)),
    /521 bytes follow its last section/,
  ],
  [
    "millions of sections",
    patched((view) => view.setUint32(8, 0xffff_ffff, true)),
    /claims 4294967295 sections; at most 32/,
  ],
  [
    "a section longer than any file",
    patched((view) => view.setBigUint64(16, 2n ** 64n - 1n, true)),
    /section 1 claims 18446744073709551615 bytes, the file has \d+ more/,
  ],
  ["a byte behind it", new Uint8Array([...addition, 0]), /1 bytes follow its last section/],
  [
    "a section twice",
    joinSections([...sectionsOf(addition), { id: 5, body: new Uint8Array(0) }]),
    /section 5 comes twice/,
  ],
  ["no protocol", without(1), /section 1 \(protocol\) is missing/],
  ["an empty protocol", shortened(1, 4), /section 1 \(protocol\) has 0 bytes; .* take 4/],
  ["PLONK", edit(1, (view) => view.setUint32(0, 2, true)), /protocol is number 2; Groth16 is 1/],
  ["no header", without(2), /section 2 \(header\) is missing/],
  ["an empty header", shortened(2, 660), /section 2 \(header\) ends before its first prime/],
  ["a header too short", shortened(2, 1), /section 2 \(header\) has 659 bytes; .* take 660/],
  [
    "a field of unknown width",
    edit(2, (view) => view.setUint32(0, 40, true)),
    /base field has 40 bytes; 32 \(bn128\) and 48 \(bls12381\) are known/,
  ],
  [
    "another base field",
    edit(2, (view) => view.setUint8(4, 0x49)),
    /base field's prime is 0x30644e.*fd49; it should be 0x30644e.*fd47/,
  ],
  [
    "a scalar field of another width",
    edit(2, (view) => view.setUint32(36, 48, true)),
    /scalar field has 48 bytes; bn128's has 32/,
  ],
  [
    "another scalar field",
    edit(2, (view) => view.setUint8(40, 3)),
    /scalar field's prime is 0x.*0003; it should be 0x.*0001/,
  ],
  [
    "more public signals than wires",
    edit(2, (view) => view.setUint32(COUNTS + 4, 129, true)),
    /129 public signals and 129 wires/,
  ],
  ["no wires", edit(2, (view) => view.setUint32(COUNTS, 0, true)), /1 public signals and 0 wires/],
  [
    "a wire too many",
    edit(2, (view) => view.setUint32(COUNTS, 130, true)),
    /section 5 \(points A\) has 8256 bytes; 130 points of 64 bytes take 8320/,
  ],
  ...[0, 1, 3, 255, 0xffff_ffff, 2 ** 29].map((size): Fault => [
    `domain size ${size}`,
    edit(2, (view) => view.setUint32(COUNTS + 8, size, true)),
    new RegExp(`domain size is ${size}; it should be a power of two, 2 to 2\\^28`),
  ]),
  [
    "another domain size",
    edit(2, (view) => view.setUint32(COUNTS + 8, 512, true)),
    /section 9 \(points H\) has 16384 bytes; 512 points of 64 bytes take 32768/,
  ],
  ...["alpha1", "beta1", "beta2", "gamma2", "delta1", "delta2"].map((name, index): Fault => [
    `${name} off its curve`,
    edit(2, (view) => {
      const at = POINTS + 64 * ([0, 1, 2, 4, 6, 7][index] ?? 0);
      view.setUint8(at, view.getUint8(at) ^ 1);
    }),
    new RegExp(`${name} is no point of bn128's curve`),
  ]),
  [
    "delta at infinity",
    withSection(addition, 2, (body) => body.fill(0, POINTS + 64 * 7)),
    /delta2 is no point of bn128's curve/,
  ],
  [
    "a coordinate beyond the field",
    withSection(addition, 2, (body) => body.fill(0xff, POINTS, POINTS + 32)),
    /alpha1 has a coordinate that is not below the base field's prime/,
  ],
  ["no number of coefficients", shortened(4, 28_164), /section 4 \(coefficients\) ends before/],
  [
    "another number of coefficients",
    edit(4, (view) => view.setUint32(0, 0xffff_ffff, true)),
    /section 4 \(coefficients\) has 28164 bytes; 4294967295 coefficients take/,
  ],
  ...(
    [
      ["matrix", 0, 2],
      ["constraint", 4, 256],
      ["wire", 8, 129],
    ] as const
  ).map(([what, offset, value]): Fault => [
    `a coefficient of ${what} ${value}`,
    edit(4, (view) => view.setUint32(4 + 639 * COEFFICIENT_BYTES + offset, value, true)),
    new RegExp(`coefficient 639 is of .*${what} ${value}.*2 matrices, 256 constraints and 129`),
  ]),
  ...sectionFaults,
];

describe("a malformed zkey is refused by what is wrong", () => {
  test.each(faults)("%s", (_, file, problem) => {
    expect(problemOf(() => readZkey(file))).toMatch(/^the zkey file is malformed: /);
    expect(problemOf(() => readZkey(file))).toMatch(problem);
  });

  test("cut off anywhere", () => {
    const random = seededRandom(3);
    const lengths = Array.from({ length: 1_500 }, (_, index) =>
      index < 1_000 ? index : Math.floor(random() * addition.length),
    );
    for (const length of lengths) problemOf(() => readZkey(addition.subarray(0, length)));
  });
});

/** Random bytes, runs of extremes, and moved pieces, most of them where the structure is. */
const damage = (file: Uint8Array, random: () => number): Uint8Array => {
  const damaged = file.slice();
  const at = Math.floor(random() ** 4 * file.length);
  const length = Math.ceil(random() * 8);
  const kind = Math.floor(random() * 4);
  for (let index = at; index < Math.min(at + length, file.length); index += 1) {
    damaged[index] = [0, 0xff, Math.floor(random() * 256), (file[index] ?? 0) ^ 1][kind] ?? 0;
  }
  return random() < 0.1 ? damaged.subarray(Math.floor(random() * 16)) : damaged;
};

describe("whatever happens to a file", () => {
  test.each([
    ["zkey of BN254", addition],
    ["zkey of BLS12-381", bls],
  ])("%s: it is read, or refused as an artifact", (_, file) => {
    const random = seededRandom(5);
    const sections = sectionsOf(file).reduce((sum, { body }) => sum + 12 + body.length, 12);
    let refused = 0;
    for (let round = 0; round < 400; round += 1) {
      try {
        const { bases, matrices } = readZkey(damage(file, random));
        expect(bases.a.length + matrices.records.length).toBeLessThan(sections);
      } catch (reason) {
        expect(reason).toMatchObject({ name: "NodeFailure", code: "artifact" });
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(30);
  });

  test("a key and a witness of random bytes are refused", () => {
    const random = seededRandom(6);
    for (let round = 0; round < 500; round += 1) {
      const bytes = Uint8Array.from({ length: Math.floor(random() * 300) }, () => random() * 256);
      const type = round % 2 === 0 ? "zkey" : "wtns";
      bytes.set(new TextEncoder().encode(type).subarray(0, bytes.length));
      // A version and a number of sections that pass, so that the sections are what is random.
      if (bytes.length > 12) bytes.set([1, 0, 0, 0, Math.floor(random() * 12), 0, 0, 0], 4);
      problemOf(() => readZkey(bytes));
      problemOf(() => readWtns(bytes, { curve: "bn128", wires: 5 }));
    }
  });
});

const benchFolder = process.env.BENCH_CIRCUITS;

describe.runIf(benchFolder !== undefined)("the benchmark circuits", () => {
  test.each(["semaphore20", "c14", "b14", "c16p", "c16s"])("%s: key and witness fit", (name) => {
    const read = (extension: string): Uint8Array =>
      readFileSync(path.join(benchFolder ?? "", name, `${name}.${extension}`));
    const zkey = readZkey(read("zkey"));
    const wtns = readWtns(read("wtns"), zkey);
    expect(wtns.words).toHaveLength(zkey.wires * 32);
    expect(scalarPrime).toHaveProperty(zkey.curve);
  });
});
