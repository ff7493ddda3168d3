import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chooseEncoding, openPage } from "./page.ts";

const script = `console.log("${"x".repeat(4_000)}");`;
let folder: string;
let dist: string;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "prove-at-home-page-"));
  dist = path.join(folder, "dist");
  mkdirSync(path.join(dist, "assets"), { recursive: true });
  writeFileSync(path.join(dist, "index.html"), "<title>shell</title>");
  writeFileSync(path.join(dist, "sw.js"), "// worker");
  writeFileSync(path.join(dist, "assets", "index-a1b2.js"), script);
  writeFileSync(path.join(dist, "assets", "bn128.fma2-a1b2.wasm"), Buffer.alloc(4_096));
  writeFileSync(path.join(folder, "secret.txt"), "secret");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const get = (urlPath: string, headers: Record<string, string> = {}) =>
  openPage(dist)({ path: urlPath, headers });
const textOf = (body: unknown): string => Buffer.from(body as Uint8Array).toString();

describe("the page", () => {
  it.each(["/", "/index.html"])("answers %s with the shell, uncached", async (route) => {
    const reply = await get(route);
    expect(reply).toMatchObject({ status: 200, headers: { "Cache-Control": "no-cache" } });
    expect(textOf(reply?.body)).toContain("shell");
  });

  it.each(["/nowhere", "/assets/gone-1234.js", "/settings", "/%E0%A4%A"])(
    "has nothing at %s",
    async (route) => {
      expect(await get(route)).toBeUndefined();
    },
  );

  it.each([
    "/../secret.txt",
    "/..%2fsecret.txt",
    "/assets/..%2f..%2fsecret.txt",
    "/..%5csecret.txt",
    "/a%00",
  ])("never leaves its folder: %s", async (route) => {
    expect(await get(route)).toBeUndefined();
  });

  it("lets hashed assets be kept for ever", async () => {
    expect(await get("/assets/index-a1b2.js")).toMatchObject({
      headers: { "Cache-Control": "public, max-age=31536000, immutable" },
    });
    expect(await get("/sw.js")).toMatchObject({ headers: { "Cache-Control": "no-cache" } });
  });

  it("compresses for whoever takes it", async () => {
    const brotli = await get("/assets/index-a1b2.js", { "accept-encoding": "gzip, br" });
    expect(brotli?.headers["Content-Encoding"]).toBe("br");
    expect(brotliDecompressSync(brotli?.body as Buffer).toString()).toBe(script);
    const gzip = await get("/assets/index-a1b2.js", { "accept-encoding": "gzip" });
    expect(gunzipSync(gzip?.body as Buffer).toString()).toBe(script);
    const plain = await get("/assets/index-a1b2.js");
    expect(plain?.headers["Content-Encoding"]).toBeUndefined();
    expect(textOf(plain?.body)).toBe(script);
  });

  it("gives kernels the type that browsers compile as they come, compressed and for ever", async () => {
    const reply = await get("/assets/bn128.fma2-a1b2.wasm", { "accept-encoding": "br" });
    expect(reply?.headers).toMatchObject({
      "Content-Type": "application/wasm",
      "Content-Encoding": "br",
      "Cache-Control": "public, max-age=31536000, immutable",
    });
    expect(brotliDecompressSync(reply?.body as Buffer)).toEqual(Buffer.alloc(4_096));
  });

  it("answers 304 for what the client has", async () => {
    const etag = (await get("/"))?.headers.ETag ?? "";
    expect(await get("/", { "if-none-match": etag })).toMatchObject({ status: 304 });
    expect(await get("/", { "if-none-match": '"other"' })).toMatchObject({ status: 200 });
  });

  it("says what to run when it has not been built", async () => {
    const reply = await openPage(path.join(folder, "no-dist"))({ path: "/", headers: {} });
    expect(reply?.status).toBe(503);
    expect(reply?.body).toContain("npm run build");
  });
});

describe("chooseEncoding", () => {
  it.each([
    ["gzip, deflate, br", ["br", "gzip", "identity"]],
    ["gzip;q=1.0, br;q=0", ["gzip", "identity"]],
    [undefined, ["identity"]],
  ])("%s", (accepted, expected) => {
    expect(chooseEncoding(accepted)).toEqual(expected);
  });
});
