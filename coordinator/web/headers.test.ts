import { describe, expect, it } from "vitest";
import { headersFor } from "./headers.ts";

describe("headersFor", () => {
  it.each([
    ["Cross-Origin-Opener-Policy", "same-origin"],
    ["Cross-Origin-Embedder-Policy", "require-corp"],
    ["Cross-Origin-Resource-Policy", "same-origin"],
    ["X-Content-Type-Options", "nosniff"],
    ["Referrer-Policy", "no-referrer"],
  ])("sends %s: %s with the page, its workers and its data", (name, value) => {
    for (const path of ["/", "/assets/prover.worker-abc.js", "/circuits/manifest.json"]) {
      expect(headersFor(path)[name]).toBe(value);
    }
  });

  it("lets the page load only its own code, data and workers", () => {
    const policy = headersFor("/")["Content-Security-Policy"];
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe-inline|'unsafe-eval'|https?:|\*/u);
  });

  it("lets the page, and no prover, reach the coordinators that its host names", () => {
    const elsewhere = ["https://prove.example", "http://localhost:8080"];
    expect(headersFor("/", elsewhere)["Content-Security-Policy"]).toContain(
      "connect-src 'self' https://prove.example http://localhost:8080;",
    );
    const prover = headersFor("/assets/prover.worker-B1x2.js", elsewhere);
    expect(prover["Content-Security-Policy"]).not.toContain("prove.example");
  });

  it.each(["/assets/prover.worker-B1x2.js", "/src/prover/prover.worker.ts"])(
    "gives the prover %s no network and no workers",
    (path) => {
      const policy = headersFor(path)["Content-Security-Policy"];
      expect(policy).toContain("connect-src 'none'");
      expect(policy).toContain("worker-src 'none'");
    },
  );

  it("gives other workers the page's policy", () => {
    expect(headersFor("/assets/node.worker-B1x2.js")["Content-Security-Policy"]).toBe(
      headersFor("/")["Content-Security-Policy"],
    );
  });
});
