import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { lingui } from "@lingui/vite-plugin";
import react from "@vitejs/plugin-react";
import { defineConfig, type Connect, type Plugin, type ProxyOptions } from "vite";
import { VitePWA } from "vite-plugin-pwa";
import { loadConfig } from "./coordinator/config.ts";
import { headersFor } from "./coordinator/web/headers.ts";
import { kernelModules } from "./scripts/kernel-modules.ts";
import { linguiMacros } from "./scripts/lingui-macros.ts";
import { callerStamps } from "./scripts/stamp-callers.ts";

/** Where `npm run dev` and `vite preview` find a coordinator; scripts/dev.ts sets it. */
const coordinatorUrl = process.env.COORDINATOR_URL ?? "http://localhost:8080";

/** What the coordinator answers and Vite does not. A trailing dot or slash: everything below. */
const coordinatorPaths = [
  "/coordinator.CoordinatorService/",
  "/proving.v1.",
  "/circuits/",
  "/config.json",
  "/version.json",
  "/healthz",
  "/readyz",
];

const proxy: Record<string, ProxyOptions> = Object.fromEntries(
  coordinatorPaths.map((path) => [path, { target: coordinatorUrl }]),
);

const version = (): string => {
  const text = readFileSync(new URL("package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { readonly version: string }).version;
};

/** The commit that is built; a source archive without git has none. */
const commit = (): string => {
  try {
    const options = { cwd: import.meta.dirname, encoding: "utf8", stdio: "pipe" } as const;
    return execFileSync("git", ["rev-parse", "--short=12", "HEAD"], options).trim();
  } catch {
    return "unknown";
  }
};

/** Module and style tags that Vite's client adds to the page while developing carry it; a new one per start. */
const developmentNonce = randomBytes(16).toString("base64url");

/**
 * Production's policy, and what hot reload needs on top of it: the nonce lets in the inline scripts and styles that
 * Vite injects, and ws: its channel. Nothing is taken away, so that what works here works when it is built.
 */
const allowHotReload = (policy: string): string =>
  policy
    .replace(/script-src/, `script-src 'nonce-${developmentNonce}'`)
    .replace(/style-src/, `style-src 'nonce-${developmentNonce}'`)
    .replace(/connect-src 'self'/, "connect-src 'self' ws://localhost:* ws://127.0.0.1:*");

const sendHeaders = (adjust: (policy: string) => string): Connect.NextHandleFunction => {
  // The same file and environment as the coordinator's.
  const elsewhere = loadConfig(process.env).coordinator_origins;
  return (request: IncomingMessage, response: ServerResponse, next: () => void): void => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    for (const [name, value] of Object.entries(headersFor(pathname, elsewhere))) {
      const isPolicy = name.toLowerCase() === "content-security-policy";
      response.setHeader(name, isPolicy ? adjust(value) : value);
    }
    next();
  };
};

/** Development and preview answer with production's headers: isolation and policies are never first met in production. */
const productionHeaders = (): Plugin => ({
  name: "production-headers",
  configureServer: (server) => {
    server.middlewares.use(sendHeaders(allowHotReload));
  },
  configurePreviewServer: (server) => {
    server.middlewares.use(sendHeaders((policy) => policy));
  },
});

const shell = VitePWA({
  strategies: "injectManifest",
  srcDir: "src/sw",
  filename: "sw.ts",
  injectRegister: null,
  registerType: "prompt",
  manifest: false,
  injectManifest: {
    // The shell only: circuits are fetched, hashed and kept by the artifact worker.
    globPatterns: ["index.html", "manifest.webmanifest", "assets/**/*.{js,css}", "icons/*.svg"],
    globIgnores: ["circuits/**"],
    maximumFileSizeToCacheInBytes: 4 * 1024 * 1024,
  },
});

export default defineConfig(({ command }) => ({
  plugins: [
    linguiMacros(),
    lingui(),
    callerStamps(),
    kernelModules(),
    react(),
    shell,
    productionHeaders(),
  ],
  define: {
    __VERSION__: JSON.stringify(version()),
    __COMMIT__: JSON.stringify(commit()),
  },
  html: command === "serve" ? { cspNonce: developmentNonce } : {},
  build: {
    // The browsers that index.html and ui/notices/words.ts name: younger syntax and CSS are rewritten for them. Firefox
    // has module workers since 114; the sync access handles of private files are older in all of them.
    target: ["chrome111", "edge111", "firefox114", "safari17"],
    sourcemap: true,
    // A file inlined as a data: URL would be refused by the content security policy.
    assetsInlineLimit: 0,
  },
  worker: {
    format: "es" as const,
    plugins: () => [callerStamps(), kernelModules()],
    // Headers are chosen by these names: node.worker, artifact.worker, prover.worker.
    rolldownOptions: { output: { entryFileNames: "assets/[name]-[hash].js" } },
  },
  // Vite finds what the page imports, not what its workers do; finding it late would reload the page amid a proof.
  optimizeDeps: {
    entries: ["index.html", "src/{node,artifacts,prover}/*.worker.ts", "src/prover/engine/*.ts"],
  },
  server: { proxy },
  preview: { proxy },
}));
