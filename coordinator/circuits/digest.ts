import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import type { Sha256 } from "../../src/domain/ids.ts";
import { sha256 } from "../../src/domain/ids.ts";
import { CoordinatorFailure } from "../failure.ts";

export type FileDigest = { readonly sha256: Sha256; readonly bytes: number };

/** SHA-256 of a file, read in pieces. */
export const digestFile = async (path: string): Promise<FileDigest> => {
  const hash = createHash("sha256");
  let bytes = 0;
  await pipeline(createReadStream(path), async (pieces: AsyncIterable<Buffer>) => {
    for await (const piece of pieces) {
      hash.update(piece);
      bytes += piece.byteLength;
    }
  });
  return { sha256: branded(hash.digest("hex")), bytes };
};

export const digestText = (text: string): FileDigest => {
  const bytes = Buffer.from(text);
  return {
    sha256: branded(createHash("sha256").update(bytes).digest("hex")),
    bytes: bytes.byteLength,
  };
};

const branded = (hex: string): Sha256 => {
  const digest = sha256(hex);
  if (digest !== undefined) return digest;
  throw new CoordinatorFailure({
    kind: "internal",
    reason: "DIGEST_FORM",
    problem: "SHA-256 did not give 64 hex digits",
    remedy: "report it",
  });
};
