/** A terminal, an environment and a coordinator in memory. */
import { Readable } from "node:stream";
import { createRouterTransport, type ConnectRouter } from "@connectrpc/connect";
import { runCommandLine } from "../program.ts";
import type { World } from "../world.ts";

export type TestWorld = {
  readonly world: World;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** What `--json` printed. */
  readonly records: () => readonly Readonly<Record<string, unknown>>[];
  /** Addresses that were connected to. */
  readonly addresses: readonly string[];
  readonly run: (...args: readonly string[]) => Promise<number>;
};

type Given = Partial<Pick<World, "env" | "stdin" | "signal" | "sleep">> & {
  /** The coordinator's services. */
  readonly routes?: (router: ConnectRouter) => void;
};

const testKey = `pah_owner_${"k".repeat(43)}`;

export const testWorld = (given: Given = {}): TestWorld => {
  const out: string[] = [];
  const errors: string[] = [];
  const addresses: string[] = [];
  const world: World = {
    stdout: (text) => void out.push(text),
    stderr: (text) => void errors.push(text),
    env: { PROVE_AT_HOME_KEY: testKey, ...given.env },
    stdin: given.stdin ?? Readable.from([]),
    isTerminal: false,
    signal: given.signal ?? new AbortController().signal,
    sleep: given.sleep ?? (() => Promise.resolve()),
    openTransport: ({ baseUrl, interceptors }) => {
      addresses.push(baseUrl);
      const routes = given.routes ?? (() => undefined);
      return createRouterTransport(routes, { transport: { interceptors: [...interceptors] } });
    },
  };
  return {
    world,
    stdout: () => out.join(""),
    stderr: () => errors.join(""),
    records: () => parseLines(out.join("")),
    addresses,
    run: (...args) => runCommandLine(args, world),
  };
};

const parseLines = (text: string): readonly Readonly<Record<string, unknown>>[] =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
