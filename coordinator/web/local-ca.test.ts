import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ensureLocalCertificate, machineNames } from "./local-ca.ts";

let folder: string;
beforeEach(() => {
  folder = path.join(mkdtempSync(path.join(tmpdir(), "prove-at-home-tls-")), "tls");
});
afterEach(() => rmSync(path.dirname(folder), { recursive: true, force: true }));

const today = new Date("2026-11-23T00:00:00Z");
const inDays = (days: number) => new Date(today.getTime() + days * 24 * 3_600_000);
const names = ["localhost", "127.0.0.1", "::1", "box.local"];

describe("the local certificate", () => {
  it("is for every name, signed by an authority that is kept beside it", async () => {
    const { cert, caFile } = await ensureLocalCertificate(folder, names, today);
    const server = new X509Certificate(cert);
    const authority = new X509Certificate(await readFile(caFile));
    expect(server.checkIssued(authority)).toBe(true);
    expect(server.verify(authority.publicKey)).toBe(true);
    expect(authority.ca).toBe(true);
    expect(server.ca).toBe(false);
    expect(server.checkHost("localhost")).toBe("localhost");
    expect(server.checkHost("box.local")).toBe("box.local");
    expect(server.checkHost("other.example")).toBeUndefined();
    expect(server.checkIP("127.0.0.1")).toBe("127.0.0.1");
    for (const file of ["ca.key", "server.key"]) {
      expect(statSync(path.join(folder, file)).mode & 0o777).toBe(0o600);
    }
  });

  it("is used again on the next start", async () => {
    const first = await ensureLocalCertificate(folder, names, today);
    const second = await ensureLocalCertificate(folder, names, inDays(300));
    expect(second.cert).toBe(first.cert);
    expect(second.key).toBe(first.key);
  });

  it("is renewed before it ends, by the same authority", async () => {
    const first = await ensureLocalCertificate(folder, names, today);
    const authority = await readFile(first.caFile, "utf8");
    const second = await ensureLocalCertificate(folder, names, inDays(380));
    expect(second.cert).not.toBe(first.cert);
    expect(await readFile(second.caFile, "utf8")).toBe(authority);
    expect(new X509Certificate(second.cert).checkIssued(new X509Certificate(authority))).toBe(true);
  });

  it("is made again when the machine has a new name", async () => {
    await ensureLocalCertificate(folder, names, today);
    const { cert } = await ensureLocalCertificate(folder, [...names, "new.local"], today);
    expect(new X509Certificate(cert).checkHost("new.local")).toBe("new.local");
  });
});

describe("machineNames", () => {
  it("holds what every machine has", () => {
    expect(machineNames()).toEqual(expect.arrayContaining(["localhost", "127.0.0.1", "::1"]));
  });
});
