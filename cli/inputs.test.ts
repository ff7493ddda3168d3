import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { batches, readInput, readInputs, type NumberedInput } from "./inputs.ts";
import { testWorld } from "./testing/world.ts";

const piped = (...chunks: readonly (string | Uint8Array)[]) =>
  testWorld({ stdin: Readable.from(chunks) }).world;

const all = async <Item>(items: AsyncIterable<Item>): Promise<Item[]> => {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
};

const texts = (inputs: readonly NumberedInput[]): readonly string[] =>
  inputs.map(({ line, json }) => `${line}:${new TextDecoder().decode(json)}`);

describe("readInputs", () => {
  it("numbers lines as an editor does and skips empty ones", async () => {
    const inputs = await all(readInputs("-", piped('{"a":1}\n\n  \n{"a":2}\r\n{"a":3}')));
    expect(texts(inputs)).toEqual(['1:{"a":1}', '4:{"a":2}', '5:{"a":3}']);
  });

  it("joins lines and characters that come in pieces", async () => {
    const bytes = new TextEncoder().encode('{"a":"é"}\n{"b":2}\n');
    const pieces = [bytes.slice(0, 7), bytes.slice(7, 11), bytes.slice(11)];
    expect(texts(await all(readInputs("-", piped(...pieces))))).toEqual([
      '1:{"a":"é"}',
      '2:{"b":2}',
    ]);
  });

  it.each([
    ["{oops", /standard input, line 2: not JSON/],
    ["[1]", /line 2: found an array/],
    ["null", /line 2: found null/],
    ['"text"', /line 2: found "text"/],
    [`{"a":"${"x".repeat(1 << 20)}"}`, /line 2: 1048584 bytes; an input has at most 1048576/],
  ])("names the line that is wrong (%#)", async (line, message) => {
    await expect(all(readInputs("-", piped(`{}\n${line}\n`)))).rejects.toThrow(message);
  });

  it("names the file that cannot be read", async () => {
    await expect(all(readInputs("/nowhere/inputs", piped()))).rejects.toThrow(
      /cannot read \/nowhere\/inputs: ENOENT/,
    );
  });
});

describe("readInput", () => {
  it("takes one object over many lines", async () => {
    const { json } = await readInput("-", piped('{\n "a": 1\n}\n'));
    expect(JSON.parse(new TextDecoder().decode(json))).toEqual({ a: 1 });
  });

  it("refuses many objects and says what takes them", async () => {
    await expect(readInput("-", piped('[{"a":1}]'))).rejects.toThrow(/--inputs/);
  });
});

describe("batches", () => {
  const input = (line: number, bytes = 10): NumberedInput => ({
    line,
    json: new Uint8Array(bytes),
  });
  const from = async function* (inputs: readonly NumberedInput[]) {
    yield* inputs;
  };
  const sizes = async (inputs: readonly NumberedInput[], size?: number) =>
    (await all(batches(from(inputs), size))).map((batch) => batch.length);

  it("fills jobs of 1000 and keeps the rest for the last", async () => {
    const inputs = Array.from({ length: 2001 }, (_, index) => input(index + 1));
    expect(await sizes(inputs)).toEqual([1000, 1000, 1]);
  });

  it("takes a smaller size", async () => {
    expect(await sizes([input(1), input(2), input(3)], 2)).toEqual([2, 1]);
  });

  it("closes a job before it is larger than one call carries", async () => {
    const large = 1 << 20;
    expect(await sizes([1, 2, 3, 4, 5].map((line) => input(line, large)))).toEqual([3, 2]);
  });

  it("makes no job of nothing", async () => {
    expect(await sizes([])).toEqual([]);
  });

  it("hands a job on before it reads the next", async () => {
    let read = 0;
    const counting = async function* () {
      for (let line = 1; line <= 10; line += 1) {
        read += 1;
        yield input(line);
      }
    };
    for await (const batch of batches(counting(), 3)) {
      expect(batch).toHaveLength(3);
      break;
    }
    expect(read).toBe(4);
  });
});
