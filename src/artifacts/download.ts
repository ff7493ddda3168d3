import { anySignal } from "../domain/any-signal.ts";
import { exponential, fullJitter, type Backoff } from "../domain/backoff.ts";
import type { Artifact } from "../domain/circuit.ts";
import { NodeFailure } from "../domain/failure.ts";
import { within } from "../domain/pause.ts";
import type { Network } from "./network.ts";
import type { StoredFile } from "./store/file-store.ts";

export type Download = {
  /** `url` absolute. */
  readonly artifact: Artifact;
  /** What is in it is taken for the file's beginning, whoever wrote it: its digest is checked when it is read. */
  readonly file: StoredFile;
  /** Told after every piece, with the bytes that are there now. */
  readonly onBytes: (doneBytes: number) => void;
  /**
   * Gives up something else when the error of a write says that storage is full.
   *
   * @throws NodeFailure "platform" when there is nothing left to give up; any other error as it is.
   */
  readonly makeRoom: (reason: unknown) => Promise<void>;
  readonly signal: AbortSignal;
};

/** Tries in a row that bring no byte. With waits of at most 1, 2, 4, 8, 16 s: half a minute of outage is bridged. */
const FRUITLESS_TRIES = 6;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 16_000;
/** A connection that is up but brings nothing for so long is taken for dead. */
const STALL_MS = 20_000;

/**
 * Fetches what a file lacks, by Range, until it has the length that the manifest says. A cut connection goes on where
 * it stopped, after a wait.
 *
 * @throws NodeFailure "unreachable" after too many fruitless tries, "artifact" when the server refuses it or its length
 * is another one, "platform" when storage is full, "cancelled" when the signal is aborted.
 */
export const download = async (wanted: Download, network: Network): Promise<void> => {
  const { artifact, file } = wanted;
  if (file.size() > artifact.bytes) file.truncate(0);
  let fruitless = 0;
  let backoff = exponential(FIRST_WAIT_MS, LONGEST_WAIT_MS);
  while (file.size() < artifact.bytes) {
    const before = file.size();
    const failure = await tryRest(wanted, network);
    if (failure === undefined) continue;
    const fruitful = file.size() > before;
    fruitless = fruitful ? 1 : fruitless + 1;
    if (failure.code !== "unreachable" || fruitless >= FRUITLESS_TRIES) throw failure;
    if (fruitful) backoff = exponential(FIRST_WAIT_MS, LONGEST_WAIT_MS);
    await wait(backoff, wanted.signal, network);
    backoff = backoff.next();
  }
  file.flush();
};

const wait = async (backoff: Backoff, signal: AbortSignal, network: Network): Promise<void> => {
  try {
    await network.clock.sleep(fullJitter(backoff.delayMs, network.random), signal);
  } catch (reason) {
    throw NodeFailure.from(reason, "cancelled");
  }
};

/** One request. What stopped it is a value, since most of it is no error but a reason to try again. */
const tryRest = async (wanted: Download, network: Network): Promise<NodeFailure | undefined> => {
  const cut = new AbortController();
  const signal = anySignal([wanted.signal, cut.signal]);
  try {
    const response = await request(wanted, network, signal);
    await append(response, wanted, network);
    return undefined;
  } catch (reason) {
    if (wanted.signal.aborted) return new NodeFailure("cancelled", "the download was stopped");
    return NodeFailure.from(reason, "internal");
  } finally {
    // Ends a response that is still coming, e.g. one that is too long.
    cut.abort();
  }
};

const request = async (
  { artifact, file }: Download,
  network: Network,
  signal: AbortSignal,
): Promise<Response> => {
  const offset = file.size();
  const headers: HeadersInit = offset > 0 ? { Range: `bytes=${offset}-` } : {};
  // Our own store keeps it: a second copy in the HTTP cache would push out others.
  const options: RequestInit = { headers, signal, cache: "no-store", credentials: "omit" };
  const answer = await notStalled({ artifact, signal }, network, () =>
    network.fetch(artifact.url, options),
  );
  if (answer.status === 206) requireSameFile(answer, artifact, offset);
  else if (answer.status === 200) startOver(answer, artifact, file);
  else throw refusal(answer, artifact);
  return answer;
};

/** 206: the part must begin where ours ends, and be part of a file as long as the manifest says. */
const requireSameFile = (response: Response, artifact: Artifact, offset: number): void => {
  const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers.get("content-range") ?? "");
  if (range === null || Number(range[1]) !== offset) {
    const got = response.headers.get("content-range") ?? "no Content-Range";
    throw broken(artifact, `was asked for bytes ${offset}- and answered with ${got}`);
  }
  if (range[2] !== "*" && Number(range[2]) !== artifact.bytes)
    throw wrongLength(artifact, range[2]);
};

/** 200: the whole file, also when only its rest was asked for. */
const startOver = (response: Response, artifact: Artifact, file: StoredFile): void => {
  const length = response.headers.get("content-length");
  // The length of a compressed body is another one than the file's.
  const encoded = response.headers.get("content-encoding") !== null;
  if (length !== null && !encoded && Number(length) !== artifact.bytes) {
    throw wrongLength(artifact, length);
  }
  file.truncate(0);
};

/** Answers that may be another one in a moment; every other refusal is final. */
const passing: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

const refusal = (response: Response, artifact: Artifact): NodeFailure => {
  if (passing.has(response.status)) {
    return new NodeFailure("unreachable", `${artifact.url} answered ${response.status}`);
  }
  const total = /^bytes \*\/(\d+)$/.exec(response.headers.get("content-range") ?? "");
  if (response.status === 416 && total !== null) return wrongLength(artifact, total[1]);
  return broken(artifact, `answered ${response.status} instead of the file`);
};

const append = async (response: Response, wanted: Download, network: Network): Promise<void> => {
  const { artifact, file } = wanted;
  if (response.body === null) throw broken(artifact, "answered without a body");
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await notStalled(wanted, network, () => reader.read());
    if (done) break;
    if (file.size() + value.byteLength > artifact.bytes) {
      file.truncate(0);
      throw wrongLength(artifact, "more");
    }
    await write(value, wanted);
    wanted.onBytes(file.size());
  }
  if (file.size() < artifact.bytes) {
    const got = `${file.size()} of ${artifact.bytes} bytes`;
    throw new NodeFailure("unreachable", `${artifact.url}: the connection ended after ${got}`);
  }
};

const write = async (bytes: Uint8Array<ArrayBuffer>, wanted: Download): Promise<void> => {
  const at = wanted.file.size();
  for (;;) {
    try {
      wanted.file.write(bytes, at);
      return;
    } catch (reason) {
      // Each round gives up one thing more; with nothing left it throws.
      await wanted.makeRoom(reason);
    }
  }
};

/** Waits for the network, for so long. Whatever it says against it: there may be an answer the next time. */
const notStalled = async <Value>(
  { artifact, signal }: Pick<Download, "artifact" | "signal">,
  { clock }: Network,
  work: () => Promise<Value>,
): Promise<Value> => {
  try {
    return await within({ clock, ms: STALL_MS, signal, what: "connection" }, work);
  } catch (reason) {
    throw unreachable(artifact, reason);
  }
};

const unreachable = (artifact: Artifact, reason: unknown): NodeFailure => {
  const why = reason instanceof Error ? reason.message : String(reason);
  return new NodeFailure("unreachable", `${artifact.url}: ${why}`, { cause: reason });
};

const broken = (artifact: Artifact, what: string): NodeFailure =>
  new NodeFailure("artifact", `${artifact.url} ${what}`);

const wrongLength = (artifact: Artifact, got: string | undefined): NodeFailure =>
  broken(artifact, `has ${got ?? "other"} bytes, the manifest says ${artifact.bytes}`);
