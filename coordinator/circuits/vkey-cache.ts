/** Verification keys as text, read once. */
import { readFile } from "node:fs/promises";
import type { Circuit } from "../../src/domain/circuit.ts";
import { CoordinatorFailure } from "../failure.ts";
import { digestText } from "./digest.ts";

/** One has a few kilobytes. */
const MAX_VKEYS = 256;

/**
 * Reads keys from their artifacts and checks the digest each time it reads, so that a proof is judged by exactly the key
 * that was admitted. Errors: internal when the file is missing or changed.
 */
export const createVkeyCache = (artifactPath: (digest: string) => string | undefined) => {
  const texts = new Map<string, string>();
  return async ({ id, vkey }: Circuit): Promise<string> => {
    const known = texts.get(vkey.sha256);
    if (known !== undefined) return known;
    const path = artifactPath(vkey.sha256);
    const text = path === undefined ? undefined : await readFile(path, "utf8");
    if (text === undefined || digestText(text).sha256 !== vkey.sha256) {
      throw new CoordinatorFailure({
        kind: "internal",
        reason: "ARTIFACT_DIGEST",
        problem: `the verification key of ${id} is missing or changed on disk`,
        remedy: "add the circuit again with --replace",
      });
    }
    if (texts.size >= MAX_VKEYS) texts.clear();
    texts.set(vkey.sha256, text);
    return text;
  };
};
