import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { ConnectRouter } from "@connectrpc/connect";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CircuitService, type AddCircuitHeader } from "../../src/gen/proving/v1/circuit_pb.ts";
import { exitCodes } from "../failure.ts";
import { testWorld } from "../testing/world.ts";

const wasm = Buffer.concat([Buffer.from("\0asm"), Buffer.alloc(10)]);
const zkey = Buffer.concat([Buffer.from("zkey"), Buffer.alloc(600_000, 7)]);

let folder = "";
const file = (name: string): string => path.join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "prove-at-home-circuit-"));
  await writeFile(file("c.wasm"), wasm);
  await writeFile(file("c.zkey"), zkey);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** A coordinator that puts the parts together again. */
const receiving = () => {
  const got = {
    headers: [] as AddCircuitHeader[],
    wasm: [] as Buffer[],
    zkey: [] as Buffer[],
    largest: 0,
  };
  const routes = (router: ConnectRouter) =>
    router.service(CircuitService, {
      addCircuit: async (messages) => {
        for await (const { part } of messages) {
          if (part.case === "header") got.headers.push(part.value);
          if (part.case !== "wasm" && part.case !== "zkey") continue;
          got[part.case].push(Buffer.from(part.value));
          got.largest = Math.max(got.largest, part.value.length);
        }
        const circuit = {
          id: "c",
          version: 2,
          curve: "bn128",
          constraints: 9,
          setup: "development",
        };
        return { circuit, warnings: ["the key has no contribution"] };
      },
      listCircuits: () => ({
        circuits: [{ id: "c", version: 2, curve: "bn128", constraints: 9, setup: "ceremony" }],
      }),
      removeCircuit: ({ id }) => ({ cancelledTasks: id === "c" ? 3 : 0 }),
    });
  return { got, routes };
};

const add = ["circuit", "add", "--id", "c"] as const;

describe("circuit add", () => {
  it("sends the header, then both files whole, in chunks that the contract allows", async () => {
    const { got, routes } = receiving();
    const { run, stdout, stderr } = testWorld({ routes });
    const files = ["--wasm", file("c.wasm"), "--zkey", file("c.zkey")];
    expect(await run(...add, ...files, "--public", "root", "hash", "--replace")).toBe(exitCodes.ok);
    expect(got.headers).toHaveLength(1);
    expect(got.headers[0]).toMatchObject({
      id: "c",
      wasmBytes: BigInt(wasm.length),
      zkeyBytes: BigInt(zkey.length),
      publicSignals: ["root", "hash"],
      replace: true,
    });
    expect(Buffer.concat(got.wasm).equals(wasm)).toBe(true);
    expect(Buffer.concat(got.zkey).equals(zkey)).toBe(true);
    expect(got.largest).toBeLessThanOrEqual(256 * 1024);
    expect(stdout()).toBe("c version 2: 9 constraints on bn128, development key\n");
    expect(stderr()).toContain("warning: the key has no contribution");
  });

  it("tells programs how far it is, up to the whole", async () => {
    const { run, records } = testWorld({ routes: receiving().routes });
    await run(...add, "--wasm", file("c.wasm"), "--zkey", file("c.zkey"), "--json");
    const total = wasm.length + zkey.length;
    const progress = records().filter((record) => record.event === "progress");
    expect(progress.at(-1)).toEqual({ event: "progress", sent_bytes: total, total_bytes: total });
    expect(records().at(-1)).toMatchObject({ circuit: { id: "c", version: 2 } });
  });

  it.each([
    ["swapped files", "c.zkey", "c.wasm", /--wasm: .* must be the WebAssembly/],
    ["a zkey that is none", "c.wasm", "c.wasm", /--zkey: .* must be a snarkjs \.zkey/],
    ["a missing file", "c.wasm", "none.zkey", /--zkey: cannot read .*ENOENT/],
  ])("refuses %s before it sends anything", async (_what, wasmFile, zkeyFile, message) => {
    const { got, routes } = receiving();
    const { run, stderr } = testWorld({ routes });
    const files = ["--wasm", file(wasmFile), "--zkey", file(zkeyFile)];
    expect(await run(...add, ...files)).toBe(exitCodes.usage);
    expect(stderr()).toMatch(message);
    expect(got.headers).toEqual([]);
  });
});

describe("circuit list and remove", () => {
  it("lists as a table, or one record per line", async () => {
    const person = testWorld({ routes: receiving().routes });
    expect(await person.run("circuit", "list")).toBe(exitCodes.ok);
    expect(person.stdout()).toMatch(/^circuit +version .*\nc +2 +bn128 +9 /);
    const program = testWorld({ routes: receiving().routes });
    await program.run("circuit", "list", "--json");
    expect(program.records()).toMatchObject([{ id: "c", version: 2, setup: "ceremony" }]);
  });

  it("says how many tasks went with a circuit", async () => {
    const { run, stdout } = testWorld({ routes: receiving().routes });
    expect(await run("circuit", "remove", "c")).toBe(exitCodes.ok);
    expect(stdout()).toBe("c removed, 3 tasks cancelled\n");
  });
});
