import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadConfig } from "./config.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "prove-at-home-config-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const write = (value: unknown, name = "config.json"): string => {
  const file = path.join(folder, name);
  writeFileSync(file, typeof value === "string" ? value : JSON.stringify(value));
  return file;
};
const load = (environment: Record<string, string> = {}) =>
  loadConfig({ DATA_DIR: folder, ...environment });

describe("loadConfig", () => {
  it("has a default for everything", () => {
    expect(loadConfig({ CONFIG_FILE: write({}, "empty.json") })).toMatchObject({
      port: 8080,
      admin_port: 9091,
      admin_host: "127.0.0.1",
      data_dir: ".data",
      database_url: "",
      log_level: "info",
      allow_legacy_workers: "loopback",
      allowed_origins: [],
      production: false,
    });
  });

  it("takes the file over the defaults and the environment over the file", () => {
    write({ port: 1111, admin_port: 2222 });
    expect(load({ PORT: "3333" })).toMatchObject({ port: 3333, admin_port: 2222 });
  });

  it("reads CONFIG_FILE instead of the data folder's file", () => {
    write({ port: 1111 });
    expect(load({ CONFIG_FILE: write({ port: 4444 }, "other.json") })).toMatchObject({
      port: 4444,
    });
  });

  it("reads lists and flags from the environment", () => {
    const config = load({
      ALLOWED_ORIGINS: "https://a.example, http://localhost:5173",
      COORDINATOR_ORIGINS: "https://b.example",
      METRICS_PER_WORKER: "off",
      NODE_ENV: "production",
    });
    expect(config.allowed_origins).toEqual(["https://a.example", "http://localhost:5173"]);
    expect(config.coordinator_origins).toEqual(["https://b.example"]);
    expect(config.metrics_per_worker).toBe(false);
    expect(config.production).toBe(true);
  });

  it.each([
    [{ PORT: "70000" }, "port: 70000 was found; it must be a whole number from 0 to 65535"],
    [{ PORT: "80a" }, 'port: "80a" was found; it must be a whole number from 0 to 65535'],
    [
      { LOG_LEVEL: "loud" },
      'log_level: "loud" was found; it must be one of debug, info, warn, error',
    ],
    [
      { DATABASE_URL: "mysql://x" },
      'database_url: "mysql://x" was found; it must be a URL such as',
    ],
    [
      { ALLOWED_ORIGINS: "https://a/b" },
      'allowed_origins.0: "https://a/b" was found; it must be an exact origin',
    ],
    [{ ALLOW_LEGACY_WORKERS: "yes" }, "one of loopback, always, never"],
    [
      { METRICS_PER_WORKER: "perhaps" },
      'metrics_per_worker: "perhaps" was found; it must be true or false',
    ],
    [{ TLS_CERT_FILE: "a.pem" }, 'tls_key_file: "" was found; it must be given together'],
    [{ TLS_KEY_FILE: "a.pem" }, 'tls_cert_file: "" was found; it must be given together'],
    [{ LEASE_TTL_MS: "5000" }, "lease_ttl_ms: 5000 was found; it must be at least three"],
    [{ CONFIG_FILE: "/nowhere/x.json" }, '"/nowhere/x.json" does not exist'],
  ])("%j names the field, the value and the rule", (environment, message) => {
    expect(() => load(environment)).toThrow(message);
  });

  it.each([
    ["heartbeat_interval_ms", 1_000, 60_000, { lease_ttl_ms: 3_600_000 }],
    ["lease_ttl_ms", 3_000, 3_600_000, { heartbeat_interval_ms: 1_000 }],
    ["port", 0, 65_535, {}],
    ["admin_port", 0, 65_535, {}],
    ["max_connections_per_address", 0, 1_000_000, {}],
    ["max_enrolments_per_hour", 0, 1_000_000, {}],
    ["max_watchers_per_address", 0, 1_000_000, {}],
    ["max_reports_per_minute", 0, 1_000_000, {}],
  ] as const)("%s is a whole number from %i to %i", (name, low, high, others) => {
    const loaded = (value: unknown) => {
      write({ ...others, [name]: value });
      return load()[name];
    };
    expect([loaded(low), loaded(high)]).toEqual([low, high]);
    for (const beyond of [low - 1, high + 1, low + 0.5]) {
      const rule = `${name}: ${beyond} was found; it must be a whole number from ${low} to ${high}`;
      expect(() => loaded(beyond)).toThrow(rule);
    }
  });

  it.each([
    ["heartbeat_interval", ["1s", "1m", "1500ms"], ["999ms", "61s", "0s", "5", 5], "1s to 60s"],
    ["keepalive_time", ["1s", "5m"], ["999ms", "301s", "9999999m"], "1s to 300s"],
    ["keepalive_timeout", ["1s", "60s"], ["999ms", "2m", ""], "1s to 60s"],
  ] as const)("worker.%s is a duration that the page's nodes take", (name, good, bad, span) => {
    const loaded = (value: unknown) => {
      write({ worker: { [name]: value } });
      return load().worker[name];
    };
    for (const value of good) expect(loaded(value)).toBe(value);
    for (const value of bad) {
      const found = `worker.${name}: ${JSON.stringify(value)} was found`;
      expect(() => loaded(value)).toThrow(`${found}; it must be a duration from ${span}, such as`);
    }
  });

  it("bounds what the page's nodes prove at once", () => {
    write({ worker: { concurrency: 257 } });
    expect(() => load()).toThrow(
      "worker.concurrency: 257 was found; it must be a whole number from 1 to 256",
    );
  });

  it("knows the engines that the page's nodes know", () => {
    write({ worker: { engine: "scalar9" } });
    expect(load().worker.engine).toBe("scalar9");
    write({ worker: { engine: "fast" } });
    expect(() => load()).toThrow(
      'worker.engine: "fast" was found; it must be one of auto, wide4, fma2, ext4, scalar9, snarkjs',
    );
  });

  it("names every broken rule at once", () => {
    expect(() => load({ PORT: "-1", LOG_LEVEL: "loud" })).toThrow(/port: -1[^]*log_level: "loud"/u);
  });

  it("refuses unknown keys of the file with what was probably meant", () => {
    write({ prot: 1 });
    expect(() => load()).toThrow('prot: there is no such setting; did you mean "port"?');
    write({ worker: { concurency: 2 } });
    expect(() => load()).toThrow(
      'worker.concurency: there is no such setting; did you mean "concurrency"?',
    );
    write({ quite_something_else: 1 });
    expect(() => load()).toThrow(/quite_something_else: there is no such setting\n/u);
  });

  it("knows the curves of the page's nodes", () => {
    write({ zkp: { curve: "BN254,BLS12-381" } });
    expect(load().zkp.curve).toBe("BN254,BLS12-381");
    write({ zkp: { curve: "P-256" } });
    expect(() => load()).toThrow('zkp.curve: "P-256" was found; it must be BN254');
  });

  it("says where a file is not JSON", () => {
    const file = write("{port:1}");
    expect(() => load()).toThrow(file);
    write([1]);
    expect(() => load()).toThrow("not an object");
  });
});
