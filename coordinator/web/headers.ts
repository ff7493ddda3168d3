/**
 * Security headers of everything that the coordinator serves, as a pure table: path in, headers out. The development
 * server of the page uses the same table, so that what works there works in production.
 */

/** Sent with every response. Isolation (COOP + COEP) is what gives the page SharedArrayBuffer. */
const everywhere: Readonly<Record<string, string>> = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Permissions-Policy": [
    "accelerometer=()",
    "autoplay=()",
    "camera=()",
    "display-capture=()",
    "geolocation=()",
    "gyroscope=()",
    "magnetometer=()",
    "microphone=()",
    "midi=()",
    "payment=()",
    "usb=()",
    "cross-origin-isolated=(self)",
    "screen-wake-lock=(self)",
  ].join(", "),
};

/** The page and its workers: nothing from elsewhere, no inline code, no eval but WebAssembly's. */
const pagePolicy = (coordinatorOrigins: readonly string[]): string =>
  [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self'",
    "img-src 'self' data:",
    ["connect-src 'self'", ...coordinatorOrigins].join(" "),
    "worker-src 'self'",
    "manifest-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'self'",
  ].join("; ");

/**
 * A prover runs foreign WebAssembly. A worker does not inherit the page's policy: its own script's response sets it, and
 * this one leaves it no network and no workers.
 */
const proverPolicy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "connect-src 'none'",
  "worker-src 'none'",
].join("; ");

/** Built as /assets/prover.worker-<hash>.js, served in development as /src/prover/prover.worker.ts. */
const isProver = (urlPath: string): boolean => urlPath.includes("prover.worker");

/**
 * Security headers for a URL path (no query). `coordinatorOrigins`: where the page may find a coordinator besides its
 * own host.
 */
export const headersFor = (
  urlPath: string,
  coordinatorOrigins: readonly string[] = [],
): Readonly<Record<string, string>> => ({
  ...everywhere,
  "Content-Security-Policy": isProver(urlPath) ? proverPolicy : pagePolicy(coordinatorOrigins),
});

/** Only under TLS: two years, this host alone (others on the domain may not have a certificate). */
export const strictTransportSecurity: Readonly<Record<string, string>> = {
  "Strict-Transport-Security": "max-age=63072000",
};
