import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { scalarPrime } from "../../domain/circuit.ts";
import type { Curve } from "../../domain/circuit.ts";
import { circuitId } from "../../domain/ids.ts";
import { MAX_INPUT_BYTES } from "../../domain/limits.ts";
import type { CheckedInput, CircuitInput } from "./adapter.ts";
import { checkInput } from "./index.ts";

const checkText = (id: string, text: string, curve: Curve = "bn128"): CheckedInput => {
  const known = circuitId(id);
  if (known === undefined) throw new Error(`${id} is no circuit id`);
  return checkInput({ id: known, curve }, new TextEncoder().encode(text));
};

const check = (id: string, input: unknown): CheckedInput => checkText(id, JSON.stringify(input));

const complete = (checked: CheckedInput, random = sevens): CircuitInput => {
  if (!checked.ok) throw new Error(`${checked.field}: ${checked.problem}`);
  return checked.complete(random);
};

const sevens = (length: number): Uint8Array => new Uint8Array(length).fill(7);

const signal = (input: CircuitInput, name: string): readonly bigint[] | undefined =>
  input.signals.get(name);

const r = scalarPrime.bn128;
const word = (1n << 64n).toString();

describe("addition", () => {
  it.each<[input: object, a: bigint, b: bigint]>([
    [{ a: "2", b: "3" }, 2n, 3n],
    [{ a: 2, b: "0x03" }, 2n, 3n],
    [{ a: word, b: String(r - 1n) }, 1n << 64n, r - 1n],
  ])("takes %j", (input, a, b) => {
    const read = complete(check("addition", input));
    expect([signal(read, "a"), signal(read, "b")]).toEqual([[a], [b]]);
    expect(read.merkleRoot).toBeUndefined();
  });

  it("knows the prime of its curve", () => {
    const text = JSON.stringify({ a: String(r), b: "0" });
    expect(checkText("addition", text)).toMatchObject({ ok: false, field: "a" });
    expect(checkText("addition_bls12381", text, "bls12381").ok).toBe(true);
  });
});

describe("range_proof", () => {
  const input = { value: "42", min: "0", max: "100" };

  it("draws the salt where none is given, below r", () => {
    const drawn = signal(complete(check("range_proof", input)), "salt");
    expect(drawn).toEqual([BigInt(`0x${"07".repeat(48)}`) % r]);
  });

  it("keeps the salt that is given and draws nothing", () => {
    const refuse = () => expect.fail("drew a salt");
    const read = complete(check("range_proof", { ...input, salt: "7" }), refuse);
    expect(signal(read, "salt")).toEqual([7n]);
  });

  it("draws nothing while it checks", () => {
    expect(check("range_proof", input).ok).toBe(true);
  });

  it("leaves a value outside the range to the circuit", () => {
    expect(check("range_proof", { ...input, value: "101" }).ok).toBe(true);
  });
});

describe("merkle_proof", () => {
  it("reads leaves as hex, with 0x or without", () => {
    const [bare, marked] = ["10", "0x10"].map((leaf) =>
      complete(check("merkle_proof", { leaves: [leaf], leaf_index: 0 })),
    );
    expect(bare && signal(bare, "leaf")).toEqual([16n]);
    expect(marked).toEqual(bare);
  });

  it("gives 20 siblings, the index and the root", () => {
    const read = complete(check("merkle_proof", { leaves: ["1", "2", "3"], leaf_index: 2 }));
    expect(signal(read, "siblings")).toHaveLength(20);
    expect(signal(read, "index")).toEqual([2n]);
    expect(read.merkleRoot).toBeTypeOf("bigint");
  });

  it("refuses an index that is no integer without rounding it", () => {
    expect(checkText("merkle_proof", '{"leaves":["1","2"],"leaf_index":1.0}')).toMatchObject({
      ok: false,
      field: "leaf_index",
    });
  });
});

describe.each(["addition", "addition_bls12381", "range_proof", "merkle_proof"])(
  "the malformed vectors of %s",
  (id) => {
    const path = new URL(`../../../circuits/${id}/vectors.json`, import.meta.url);
    const { malformed } = JSON.parse(readFileSync(path, "utf8")) as {
      malformed: { input: unknown; field: string }[];
    };
    it.each(malformed)("are refused by field: $input", ({ input, field }) => {
      const text = JSON.stringify(input);
      const curve = id === "addition_bls12381" ? "bls12381" : "bn128";
      expect(checkText(id, text, curve)).toMatchObject({
        ok: false,
        field,
        problem: expect.stringMatching(/.+/) as string,
        remedy: expect.stringMatching(/.+/) as string,
      });
    });
  },
);

describe("a circuit without a form of its own", () => {
  it("takes its signals by name, arrays flattened row by row", () => {
    const checked = check("membership", {
      x: 1,
      m: [
        [1, "2"],
        ["0x3", 4],
      ],
      "bus.field": ["5"],
    });
    const read = complete(checked);
    expect(signal(read, "x")).toEqual([1n]);
    expect(signal(read, "m")).toEqual([1n, 2n, 3n, 4n]);
    expect(signal(read, "bus.field")).toEqual([5n]);
    expect(checked).toMatchObject({ byName: read.signals });
  });

  it.each<[text: string, field: string, problem: RegExp]>([
    ['{"x":-1}', "x", /negative/],
    ['{"x":"-5"}', "x", /negative/],
    [`{"x":"${String(r)}"}`, "x", /not below the field's prime/],
    ['{"x":true}', "x", /true is no number/],
    ['{"x":null}', "x", /null is no number/],
    ['{"x":{}}', "x", /object is no number/],
    ['{"x":""}', "x", /is no number/],
    ['{"x":"1e3"}', "x", /is no number/],
    [`{"x":"${"1".repeat(81)}"}`, "x", /is no number/],
    ['{"m":[1,[2]]}', "m[1]", /not rectangular/],
    ['{"m":[[1,2],[3]]}', "m[1]", /not rectangular/],
    ['{"m":[[1],2]}', "m[1]", /not rectangular/],
    ['{"m":[[1,2],[3,"x"]]}', "m[1][1]", /is no number/],
    ['{"a b":1}', "a b", /no circom signal/],
    ['{"__proto__":1}', "__proto__", /reserved/],
    ['{"constructor":1}', "constructor", /reserved/],
    ['{"x":[{"prototype":1}]}', "x[0].prototype", /reserved/],
  ])("refuses %s", (text, field, problem) => {
    expect(checkText("membership", text)).toMatchObject({
      ok: false,
      field,
      problem: expect.stringMatching(problem) as string,
    });
  });
});

describe("JSON", () => {
  it.each<[text: string, problem: RegExp]>([
    ['{"x":9007199254740992}', /would be rounded/],
    ['{"x":12345678901234567890}', /would be rounded/],
    ['{"x":1.0}', /would be rounded/],
    ['{"x":1e3}', /would be rounded/],
    ['{"x":1,"x":2}', /given twice/],
    ['{"x":1,}', /not JSON at character 8/],
    ['{"x":01}', /not JSON/],
    ['{"x":+1}', /not JSON/],
    ['{"x":"a', /string does not end/],
    ['{"x":"\\x"}', /bad escape/],
    ['{"x":tru}', /value is missing/],
    ["{x:1}", /key must be a string/],
    ['{"x" 1}', /colon/],
    ['{"x":[1 2]}', /comma or \]/],
    ['{"x":1} {}', /after the end/],
    ["", /value is missing/],
    ["[1]", /no JSON object/],
    ['"x"', /no JSON object/],
    [`{"x":${"[".repeat(17)}`, /more than 16 levels/],
    [`{"x":${"[".repeat(100_000)}`, /more than 16 levels/],
  ])("is refused: %s", (text, problem) => {
    expect(checkText("membership", text)).toMatchObject({
      ok: false,
      problem: expect.stringMatching(problem) as string,
    });
  });

  it("that is not UTF-8 is refused", () => {
    const id = circuitId("membership");
    const checked = id && checkInput({ id, curve: "bn128" }, new Uint8Array([0x7b, 0xff, 0x7d]));
    expect(checked).toMatchObject({ ok: false, problem: "the input is not UTF-8" });
  });

  it("that is larger than 1 MiB is refused before it is read", () => {
    expect(checkText("membership", " ".repeat(MAX_INPUT_BYTES + 1))).toMatchObject({
      problem: `the input has ${MAX_INPUT_BYTES + 1} bytes`,
    });
  });

  it("of 1 MiB is read in no time that anybody notices", () => {
    const text = `{"x":[${new Array<string>(500_000).fill("1").join(",")}]}`;
    const started = performance.now();
    expect(signal(complete(checkText("membership", text)), "x")).toHaveLength(500_000);
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it("is read as JSON.parse reads it, where both read it", () => {
    const leaf = fc.oneof(fc.nat(), fc.bigInt({ min: 0n, max: r - 1n }).map(String));
    const key = fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,8}$/);
    const space = fc.constantFrom(undefined, 1, "\t");
    const reserved = new Set(["__proto__", "constructor", "prototype"]);
    fc.assert(
      fc.property(fc.dictionary(key, fc.array(leaf)), space, (input, indent) => {
        fc.pre(Object.keys(input).every((name) => !reserved.has(name)));
        const read = complete(checkText("membership", JSON.stringify(input, undefined, indent)));
        const expected = Object.entries(input).map(([name, values]) => [name, values.map(BigInt)]);
        expect([...read.signals]).toEqual(expected);
      }),
    );
  });

  it("never throws, whatever comes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const id = circuitId("membership");
        expect(id && checkInput({ id, curve: "bn128" }, bytes).ok).toBeTypeOf("boolean");
      }),
    );
  });
});
