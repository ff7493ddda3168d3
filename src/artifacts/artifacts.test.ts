import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { builtKernels } from "../../scripts/kernel-cache.ts";
import { sendRest } from "../testing/artifact-server.ts";
import {
  hastyClock,
  load,
  loaded,
  MANIFEST,
  publish,
  refused,
  startArtifactStand,
  type ArtifactStand,
} from "../testing/artifact-stand.ts";
import { sha256 } from "../domain/ids.ts";
import { encodeManifest } from "../wire/manifest.ts";
import type { OfferedKernel } from "./kernel-tools.ts";
import type { FileStore } from "./store/file-store.ts";
import { openMemory } from "./store/memory.ts";

const addition = publish("addition");
const zkeyPath = `/circuits/${addition.circuit.zkey.sha256}`;

let stand: ArtifactStand;
const zkeyRequests = (): readonly string[] =>
  stand.server.requests.filter((request) => request.startsWith(zkeyPath));

beforeEach(async () => {
  stand = await startArtifactStand();
  stand.serve([addition]);
});

afterEach(() => stand.server.close());

describe("load", () => {
  test("fetches each file once, and gives what the manifest names", async () => {
    const { wasm, zkey, trust, vkeyJson } = await loaded(await stand.visit(), addition);
    expect(stand.server.requests).toHaveLength(4);
    expect(wasm).toBeInstanceOf(WebAssembly.Module);
    expect(trust).toBe("signed");
    expect(JSON.parse(vkeyJson)).toMatchObject({ protocol: "groth16" });
    expect(new Uint8Array(await zkey.arrayBuffer())).toEqual(stand.server.files.get(zkeyPath));
    expect(stand.told.at(-1)).toMatchObject({
      type: "cached",
      circuits: [{ circuitId: "addition" }],
    });
  });

  test("fetches nothing on a second visit, also while the coordinator is away", async () => {
    await loaded(await stand.visit(), addition);
    stand.server.requests.length = 0;
    await loaded(await stand.visit(), addition);
    expect(stand.server.requests).toEqual([]);
  });

  test("reads files anew that somebody doubts, and hands out the same ones otherwise", async () => {
    const artifacts = await stand.visit();
    const first = await loaded(artifacts, addition);
    expect(await loaded(artifacts, addition)).toBe(first);
    const { curve, zkey } = addition.circuit;
    await artifacts.distrust({ zkeyDigest: zkey.sha256, curve, kernel: undefined });
    expect(await loaded(artifacts, addition)).not.toBe(first);
    expect(stand.server.requests).toHaveLength(4);
  });

  test("shares one download between calls for the same circuit", async () => {
    const artifacts = await stand.visit();
    const [one, other] = await Promise.all([
      loaded(artifacts, addition),
      loaded(artifacts, addition),
    ]);
    expect(stand.server.requests).toHaveLength(4);
    expect(one).toBe(other);
  });

  test("tells of the download at most four times a second, and of its end", async () => {
    const clock = { ...hastyClock(1), now: () => 0 };
    await loaded(await stand.visit({ network: { fetch, clock, random: () => 0 } }), addition);
    const downloads = stand.told.filter((message) => message.type === "download");
    // Time stands still: the first message, and the last whatever the time.
    expect(downloads).toHaveLength(2);
    expect(downloads[1]?.doneBytes).toBe(downloads[1]?.totalBytes);
  });

  test("keeps in memory, and says so, where there is no storage", async () => {
    const artifacts = await stand.visit({ openStore: () => Promise.reject(new Error("denied")) });
    await loaded(artifacts, addition);
    expect(stand.told[0]).toMatchObject({ type: "trouble", code: "platform" });
    expect(stand.told[0]).toHaveProperty("message", expect.stringContaining("no storage (denied)"));
  });
});

describe("the manifest", () => {
  const other = publish("other", { zkey: new Uint8Array(1_000).fill(9) });

  test("is fetched again when an assignment names what it does not have", async () => {
    const artifacts = await stand.visit();
    await loaded(artifacts, addition);
    const { code, message } = await refused(artifacts, other);
    expect(code).toBe("unknown_circuit");
    expect(message).toContain(other.circuit.zkey.sha256);
    stand.serve([addition, other]);
    await loaded(artifacts, other);
    expect(stand.server.requests.filter((request) => request === MANIFEST)).toHaveLength(3);
  });

  test("is remembered while it cannot be fetched", async () => {
    stand.serve([addition, other]);
    await loaded(await stand.visit(), addition);
    stand.server.files.delete(MANIFEST);
    await loaded(await stand.visit(), other);
  });

  test("without a pinned signature leaves its circuits unsigned", async () => {
    const entry = { circuit: addition.circuit };
    stand.server.files.set(MANIFEST, new TextEncoder().encode(encodeManifest([entry])));
    expect(await loaded(await stand.visit(), addition)).toMatchObject({ trust: "unsigned" });
  });

  test("that is none is a failure that names it", async () => {
    stand.server.files.set(MANIFEST, new TextEncoder().encode("<html>"));
    expect(await refused(await stand.visit(), addition)).toMatchObject({
      code: "malformed_message",
    });
  });
});

describe("what is refused before it is used", () => {
  test("a wasm that imports more than circom's callbacks", async () => {
    // (module (import "env" "fetch" (func)))
    const wasm = Uint8Array.from([
      0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 2, 13, 1, 3, 101, 110, 118, 5, 102, 101, 116,
      99, 104, 0, 0,
    ]);
    const hostile = publish("hostile", { wasm });
    stand.serve([hostile]);
    const { code, message } = await refused(await stand.visit(), hostile);
    expect(code).toBe("artifact");
    expect(message).toContain("env.fetch");
  });

  test("a circuit that needs more memory than there is, without fetching it", async () => {
    const { code } = await refused(await stand.visit({ memoryBudgetBytes: 1_000_000 }), addition);
    expect(code).toBe("out_of_memory");
    expect(stand.server.requests).toEqual([MANIFEST]);
  });
});

describe("a full storage", () => {
  /** A store that takes no more than `quota` bytes in all. */
  const limited = (inner: FileStore, quota: number): FileStore => ({
    ...inner,
    use: (name, work) =>
      inner.use(name, async (file) => {
        const others = (await inner.list())
          .filter((each) => each.name !== name)
          .reduce((sum, each) => sum + each.bytes, 0);
        let taken = others;
        return work({
          ...file,
          write: (bytes, at) => {
            if (taken + at + bytes.byteLength > quota) {
              taken = 0;
              throw new DOMException("full", "QuotaExceededError");
            }
            file.write(bytes, at);
          },
        });
      }),
  });
  const zkey = (fill: number) =>
    publish(`circuit_${fill}`, { zkey: new Uint8Array(60_000).fill(fill) });

  test("gives up the circuit that was used longest ago", async () => {
    const [one, two, three] = [zkey(1), zkey(2), zkey(3)] as const;
    stand.serve([one, two, three]);
    const inner = openMemory();
    stand.store = limited(inner, 180_000);
    const artifacts = await stand.visit();
    await loaded(artifacts, one);
    await loaded(artifacts, two);
    await loaded(artifacts, one);
    await loaded(artifacts, three);
    const ids = (await artifacts.cached()).map((circuit) => circuit.circuitId);
    expect(ids).toEqual(["circuit_1", "circuit_3"]);
  });

  test("is a failure of the platform when nothing is left to give up", async () => {
    stand.store = limited(openMemory(), 50_000);
    const { code, message } = await refused(await stand.visit(), addition);
    expect(code).toBe("platform");
    expect(message).toContain("storage for this site is full");
  });
});

describe("remove", () => {
  test("deletes a circuit's files, and it is fetched again when it is needed", async () => {
    const artifacts = await stand.visit();
    await loaded(artifacts, addition);
    await artifacts.remove(addition.circuit.id);
    expect(await artifacts.cached()).toEqual([]);
    const digests = (await stand.store.list()).filter(({ name }) => sha256(name) !== undefined);
    expect(digests).toEqual([]);
    stand.server.requests.length = 0;
    await loaded(artifacts, addition);
    expect(stand.server.requests).toHaveLength(3);
  });

  test("stops a download that runs", async () => {
    stand.server.answer = (exchange) => {
      if (exchange.path === zkeyPath) sendRest(exchange, 10_000);
      return exchange.path === zkeyPath;
    };
    const artifacts = await stand.visit();
    const running = load(artifacts, addition);
    await expect.poll(() => zkeyRequests().length).toBe(1);
    await artifacts.remove(addition.circuit.id);
    expect(await running).toMatchObject({ ok: false, code: "cancelled" });
  });

  test("stops a key that is being prepared, and the worker answers meanwhile", async () => {
    let ms = 0;
    const hasty = hastyClock(1);
    const network = { fetch, random: () => 0.5, clock: { ...hasty, now: () => (ms += 1_000) } };
    const removing: Promise<void>[] = [];
    const turn = (): Promise<void> => {
      if (removing.length === 0) removing.push(artifacts.remove(addition.circuit.id));
      return new Promise((resolve) => setImmediate(resolve));
    };
    const artifacts = await stand.visit({ network, turn, offered: [offeredScalar9()] });
    expect(await load(artifacts, addition)).toMatchObject({ ok: false, code: "cancelled" });
    expect(removing).toHaveLength(1);
    await Promise.all(removing);
    expect((await stand.store.list()).filter(({ name }) => name.endsWith(".key"))).toEqual([]);
    expect((await loaded(artifacts, addition)).key?.kind).toBe("shared");
  });
});

const offeredScalar9 = (): OfferedKernel => {
  const built = builtKernels().find(({ layout: { curve, kernel } }) => {
    return curve === "bn128" && kernel === "scalar9";
  });
  if (built === undefined) throw new Error("scalar9 is not built");
  const { layout, probe, own, shared } = built;
  const [url, sharedUrl] = [urlOf(own), urlOf(shared)];
  return { layout, probe: Uint8Array.from(probe), url, sharedUrl };
};

const urlOf = (wasm: Uint8Array): string =>
  `data:application/wasm;base64,${Buffer.from(wasm).toString("base64")}`;
