import { describe, expect, it } from "vitest";
import { answerKernel, isKernel, type KernelCache } from "./kernels.ts";

const request = (index: number): Request =>
  new Request(`http://localhost/assets/bn128.fma2-${index}.wasm`);

/** A browser's cache by URL, which may be full. */
const openCache = () => {
  const entries = new Map<string, Response>();
  const state = { full: false };
  const urlOf = (key: RequestInfo | URL): string => (key instanceof Request ? key.url : `${key}`);
  const cache: KernelCache = {
    match: async (key) => entries.get(urlOf(key))?.clone(),
    put: async (key, response) => {
      if (state.full) throw new DOMException("full", "QuotaExceededError");
      entries.set(urlOf(key), response);
    },
    keys: async () => [...entries.keys()].map((url) => new Request(url)),
    delete: async (key) => entries.delete(urlOf(key)),
  };
  return { cache, entries, state };
};

const openWorker = () => {
  const { cache, entries, state } = openCache();
  const network = { fetched: 0, online: true, status: 200 };
  const fetch = async (): Promise<Response> => {
    if (!network.online) throw new TypeError("Failed to fetch");
    network.fetched += 1;
    return new Response(`module ${network.fetched}`, { status: network.status });
  };
  const ask = async (index: number): Promise<string> => {
    const { response, kept } = await answerKernel(request(index), {
      open: async () => cache,
      fetch,
    });
    const text = await response.text();
    await kept;
    return text;
  };
  return { ask, entries, network, state };
};

describe("what is taken for a kernel", () => {
  it.each([
    ["/assets/bn128.fma2-a1b2.wasm", true],
    ["/assets/bn128.fma2-a1b2.wasm?x", true],
    ["/assets/index-a1b2.js", false],
    ["/circuits/0123.wasm", false],
    ["/assets/deeper/x.wasm", false],
  ])("%s: %s", (path, expected) => {
    expect(isKernel(new URL(path, "http://localhost"))).toBe(expected);
  });
});

describe("a kernel", () => {
  it("is fetched once, and is there without a network from then on", async () => {
    const { ask, network } = openWorker();
    expect(await ask(1)).toBe("module 1");
    network.online = false;
    expect(await ask(1)).toBe("module 1");
    await expect(ask(2)).rejects.toThrow("Failed to fetch");
  });

  it("that is not there is asked for again", async () => {
    const { ask, entries, network } = openWorker();
    network.status = 404;
    await ask(1);
    expect(entries.size).toBe(0);
    network.status = 200;
    expect(await ask(1)).toBe("module 2");
  });

  it("comes though storage is full", async () => {
    const { ask, entries, state } = openWorker();
    state.full = true;
    expect(await ask(1)).toBe("module 1");
    expect(entries.size).toBe(0);
  });

  it("of versions long gone gives way", async () => {
    const { ask, entries } = openWorker();
    for (let index = 1; index <= 20; index += 1) await ask(index);
    expect([...entries.keys()]).toEqual(
      Array.from({ length: 16 }, (_, index) => request(index + 5).url),
    );
  });
});
