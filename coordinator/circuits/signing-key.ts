/** The key that signs manifest entries: DATA_DIR/keys/manifest-signing.key, 32 bytes in hex, mode 600. */
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { link, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { ed25519 } from "@noble/curves/ed25519.js";
import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import type { Log } from "../log.ts";
import { isSystemError } from "./system-error.ts";

export type SigningKey = {
  /** Raw Ed25519 seed. */
  readonly secret: Uint8Array;
  /** Raw public key, hex. */
  readonly publicHex: string;
};

/** Reads the key, making it at the first start. Undefined when it cannot be read: entries are then unsigned. */
export const openSigningKey = async (path: string, log: Log): Promise<SigningKey | undefined> => {
  try {
    await createOnce(path);
    return parseKey(await readFile(path, "utf8"), path, log);
  } catch (reason) {
    log.warn("no manifest signing key: circuits are served unsigned", { path, error: reason });
    return undefined;
  }
};

const createOnce = async (path: string): Promise<void> => {
  if (existsSync(path)) return;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${bytesToHex(randomBytes(8))}`;
  await writeFile(draft, `${bytesToHex(ed25519.utils.randomSecretKey())}\n`, {
    mode: 0o600,
    flush: true,
  });
  try {
    // A link never replaces: of several that start at once one makes the key, whole, and the others read it.
    await link(draft, path);
  } catch (reason) {
    if (!isSystemError(reason, "EEXIST")) throw reason;
  } finally {
    await rm(draft);
  }
};

const parseKey = (text: string, path: string, log: Log): SigningKey | undefined => {
  const hex = text.trim();
  if (!/^[0-9a-f]{64}$/u.test(hex)) {
    log.warn("the manifest signing key is not 64 lower-case hex digits: circuits are unsigned", {
      path,
    });
    return undefined;
  }
  const secret = hexToBytes(hex);
  return { secret, publicHex: bytesToHex(ed25519.getPublicKey(secret)) };
};
