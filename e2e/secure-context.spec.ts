import { createHash, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "playwright/test";
import { runCli } from "./harness/cli.ts";
import { startCoordinator } from "./harness/coordinator.ts";
import { startVolunteer } from "./harness/volunteer.ts";

test("plain http on another host: the page says what is missing and how to get https", async () => {
  const coordinator = await startCoordinator({ env: { NODE_ENV: "production" } });
  const url = new URL(coordinator.url);
  const volunteer = await startVolunteer({
    url: `http://volunteer.example:${url.port}`,
    browserArgs: ["--host-resolver-rules=MAP volunteer.example 127.0.0.1"],
  });
  try {
    const { page } = await volunteer.openPage();
    await expect(page.getByText("npm start -- --tls")).toBeVisible();
    await expect(page.getByRole("button", { name: /^start/i })).toBeDisabled();
  } finally {
    await volunteer.close();
    await coordinator.close();
  }
});

test("--tls: browser and command line work over https with the authority that it made", async () => {
  const coordinator = await startCoordinator({ env: { NODE_ENV: "production" }, args: ["--tls"] });
  const tls = path.join(coordinator.dataDir, "tls");
  const ca = path.join(tls, "ca.crt");
  // Trusting the server's key by its digest is as far as Chromium's command line goes; a person imports the authority.
  const certificate = new X509Certificate(await readFile(path.join(tls, "server.crt")));
  const spki = certificate.publicKey.export({ type: "spki", format: "der" });
  const pin = createHash("sha256").update(spki).digest("base64");
  const volunteer = await startVolunteer({
    url: coordinator.url,
    browserArgs: [`--ignore-certificate-errors-spki-list=${pin}`],
  });
  try {
    expect(coordinator.url).toMatch(/^https:/);
    const tab = await volunteer.openPage();
    await tab.start();
    await tab.until("running", (state) => state.phase.name === "running");
    const input = JSON.stringify({ a: "2", b: "3" });
    const submitted = await runCli(
      coordinator,
      [
        ...["submit", "--circuit", "addition", "--input", "-", "--public-inputs-ok"],
        ...["--wait", "--json", "--ca", ca],
      ],
      input,
    );
    expect(submitted.code, submitted.stdout + submitted.stderr).toBe(0);
    await tab.until("accepted", (state) => state.accepted === 1);
  } finally {
    await volunteer.close();
    await coordinator.close();
  }
});
