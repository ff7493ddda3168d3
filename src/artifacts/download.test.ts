import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { cutAfter, sendRest } from "../testing/artifact-server.ts";
import {
  hastyClock,
  load,
  loaded,
  publish,
  refused,
  startArtifactStand,
  type ArtifactStand,
} from "../testing/artifact-stand.ts";
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

describe("a download", () => {
  test("that is cut goes on where it was cut", async () => {
    stand.server.answer = (exchange) => {
      if (exchange.path !== zkeyPath || exchange.from >= 60_000) return false;
      cutAfter(exchange, 30_000);
      return true;
    };
    await loaded(await stand.visit(), addition);
    expect(zkeyRequests()).toEqual([
      zkeyPath,
      `${zkeyPath} bytes=30000-`,
      `${zkeyPath} bytes=60000-`,
    ]);
  });

  test("that a reload interrupted goes on after it", async () => {
    stand.server.answer = (exchange) => {
      if (exchange.path === zkeyPath) sendRest(exchange, 40_000);
      return exchange.path === zkeyPath;
    };
    void load(await stand.visit(), addition);
    await expect
      .poll(async () => (await stand.store.list()).find(({ bytes }) => bytes === 40_000))
      .toBeDefined();
    const left = openMemory();
    await left.use(addition.circuit.zkey.sha256, async (file) => {
      file.write(
        new Uint8Array(await (await stand.store.blob(addition.circuit.zkey.sha256)).arrayBuffer()),
        0,
      );
    });
    stand.store = left;
    stand.server.answer = () => false;
    stand.server.requests.length = 0;
    await loaded(await stand.visit(), addition);
    expect(zkeyRequests()).toEqual([`${zkeyPath} bytes=40000-`]);
  });

  test("that stalls is taken up again", async () => {
    let stalls = 0;
    stand.server.answer = (exchange) => {
      if (exchange.path !== zkeyPath || (stalls += 1) > 1) return false;
      sendRest(exchange, 10_000);
      return true;
    };
    const network = { fetch, clock: hastyClock(100), random: () => 0.5 };
    await loaded(await stand.visit({ network }), addition);
    expect(zkeyRequests()).toEqual([zkeyPath, `${zkeyPath} bytes=10000-`]);
  });

  test("starts over when the server knows no Range", async () => {
    stand.server.answer = (exchange, count) => {
      if (exchange.path !== zkeyPath) return false;
      if (zkeyRequests().length === 1) cutAfter(exchange, 30_000);
      else sendRest({ ...exchange, from: 0 });
      return count > 0;
    };
    await loaded(await stand.visit(), addition);
    expect(zkeyRequests()).toHaveLength(2);
  });

  test("is tried again while the server is overloaded", async () => {
    stand.server.answer = ({ path, response }) => {
      if (path !== zkeyPath || zkeyRequests().length > 3) return false;
      response.writeHead(503).end();
      return true;
    };
    await loaded(await stand.visit(), addition);
    expect(zkeyRequests()).toHaveLength(4);
  });

  test("gives up after six tries that brought nothing", async () => {
    stand.server.answer = ({ path, request }) => {
      if (path === zkeyPath) request.socket.destroy();
      return path === zkeyPath;
    };
    expect(await refused(await stand.visit(), addition)).toMatchObject({ code: "unreachable" });
    expect(zkeyRequests()).toHaveLength(6);
  });

  test("is refused at once where there is no such file", async () => {
    stand.server.files.delete(zkeyPath);
    const { code, message } = await refused(await stand.visit(), addition);
    expect(code).toBe("artifact");
    expect(message).toContain(`${zkeyPath} answered 404`);
    expect(zkeyRequests()).toHaveLength(1);
  });
});

describe("bytes that are not the manifest's", () => {
  const original = addition.files.get(zkeyPath) ?? new Uint8Array();
  const wrong = original.map((byte, index) => (index === 5_000 ? byte ^ 1 : byte));

  test("are refused after a second download, with both digests", async () => {
    stand.server.files.set(zkeyPath, wrong);
    const { code, message } = await refused(await stand.visit(), addition);
    expect(code).toBe("artifact");
    expect(message).toContain(createHash("sha256").update(wrong).digest("hex"));
    expect(message).toContain(addition.circuit.zkey.sha256);
    expect(zkeyRequests()).toHaveLength(2);
  });

  test("are no obstacle once the server is right again", async () => {
    stand.server.files.set(zkeyPath, wrong);
    const artifacts = await stand.visit();
    await refused(artifacts, addition);
    stand.server.files.set(zkeyPath, original);
    await loaded(artifacts, addition);
  });

  test("are fetched again once when only the first download was wrong", async () => {
    stand.server.answer = (exchange) => {
      if (exchange.path !== zkeyPath || zkeyRequests().length > 1) return false;
      sendRest({ ...exchange, bytes: wrong });
      return true;
    };
    await loaded(await stand.visit(), addition);
    expect(zkeyRequests()).toHaveLength(2);
  });

  test.each([
    ["longer", new Uint8Array(original.byteLength + 1)],
    ["shorter", new Uint8Array(original.byteLength - 1)],
  ])("are refused when the file is %s, with both lengths", async (_, bytes) => {
    stand.server.files.set(zkeyPath, bytes);
    const { code, message } = await refused(await stand.visit(), addition);
    expect(code).toBe("artifact");
    expect(message).toContain(`has ${bytes.byteLength} bytes`);
    expect(message).toContain(`the manifest says ${original.byteLength}`);
  });

  test("are found in storage, whichever bit flipped: 200 of 200", async () => {
    await loaded(await stand.visit(), addition);
    const { wasm, zkey, vkey } = addition.circuit;
    let found = 0;
    for (let flip = 0; flip < 200; flip += 1) {
      const artifact = [wasm, zkey, vkey][flip % 3] ?? zkey;
      await stand.store.use(artifact.sha256, async (file) => {
        const byte = new Uint8Array(1);
        const at = (flip * 7_919) % file.size();
        file.read(byte, at);
        file.write(
          byte.map((value) => value ^ (1 << (flip % 8))),
          at,
        );
      });
      stand.server.requests.length = 0;
      await loaded(await stand.visit(), addition);
      if (stand.server.requests.join() === `/circuits/${artifact.sha256}`) found += 1;
    }
    expect(found).toBe(200);
    // 200 page loads: 5 s on an idle machine.
  }, 60_000);
});
