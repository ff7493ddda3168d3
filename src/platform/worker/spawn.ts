/**
 * Workers of the node. A Comlink promise never settles once its worker is gone or could not be loaded: here each call is
 * raced against the worker's death, so that nobody waits for ever.
 */
import { transfer, wrap, type Remote } from "comlink";
import type {
  ArtifactApi,
  ArtifactOptions,
  FromArtifacts,
  LoadOutcome,
  WantedCircuit,
} from "../../artifacts/protocol.ts";
import type { CachedCircuit } from "../../domain/event.ts";
import { NodeFailure } from "../../domain/failure.ts";
import type { CircuitId } from "../../domain/ids.ts";
import type {
  FromProver,
  ProveOutcome,
  ProveRequest,
  ProverApi,
  VerifyOutcome,
  VerifyRequest,
} from "../../prover/protocol.ts";

/** A prover, attached. */
export const spawnProver = (lane: number) => {
  const worker = new Worker(new URL("../../prover/prover.worker.ts", import.meta.url), {
    type: "module",
    name: `prover-${lane}`,
  });
  const life = lifeOf(worker, "prover");
  const remote = wrap<ProverApi>(worker);
  const { port1, port2 } = new MessageChannel();
  return {
    ready: life.race(remote.attach(transfer(port2, [port2]))),
    prove: (request: ProveRequest): Promise<ProveOutcome> =>
      life.race<ProveOutcome>(remote.prove(request)),
    lost: life.lost,
    listen: (listener: (message: FromProver) => void): void => {
      port1.onmessage = ({ data }: MessageEvent<FromProver>) => listener(data);
    },
    terminate: (): void => {
      life.end();
      port1.close();
    },
  };
};

/** A prover worker that checks one receipt. */
export const spawnVerifier = () => {
  const worker = new Worker(new URL("../../prover/prover.worker.ts", import.meta.url), {
    type: "module",
    name: "verifier",
  });
  const life = lifeOf(worker, "verifier");
  const remote = wrap<ProverApi>(worker);
  const { port1, port2 } = new MessageChannel();
  return {
    verify: async (request: VerifyRequest): Promise<VerifyOutcome> => {
      await life.race(remote.attach(transfer(port2, [port2])));
      return life.race(remote.verify(request));
    },
    terminate: (): void => {
      life.end();
      port1.close();
    },
  };
};

/** The artifact worker, attached when its first call goes out. */
export const spawnArtifacts = (options: ArtifactOptions) => {
  const worker = new Worker(new URL("../../artifacts/artifact.worker.ts", import.meta.url), {
    type: "module",
    name: "artifacts",
  });
  const life = lifeOf(worker, "artifact");
  const remote: Remote<ArtifactApi> = wrap<ArtifactApi>(worker);
  const { port1, port2 } = new MessageChannel();
  const attached = life.race(remote.attach(transfer(port2, [port2]), options));
  // Each call waits for it and tells what went wrong.
  attached.catch(() => undefined);
  const call = async <T>(work: () => Promise<T>): Promise<T> => {
    await attached;
    return life.race(work());
  };
  return {
    load: (wanted: WantedCircuit): Promise<LoadOutcome> =>
      call<LoadOutcome>(() => remote.load(wanted)),
    cached: (): Promise<readonly CachedCircuit[]> => call(() => remote.cached()),
    remove: (circuit: CircuitId): Promise<void> => call(() => remote.remove(circuit)),
    listen: (listener: (message: FromArtifacts) => void): void => {
      port1.onmessage = ({ data }: MessageEvent<FromArtifacts>) => listener(data);
    },
    lost: life.lost,
    terminate: (): void => {
      life.end();
      port1.close();
    },
  };
};

type WorkerLife = {
  /** Resolves when the worker dies or is ended. */
  readonly lost: Promise<NodeFailure>;
  /** Rejects when that happens before `call` settles. */
  readonly race: <T>(call: Promise<T>) => Promise<T>;
  readonly end: () => void;
};

const lifeOf = (worker: Worker, what: string): WorkerLife => {
  let die: (failure: NodeFailure) => void = () => undefined;
  const lost = new Promise<NodeFailure>((resolve) => {
    die = resolve;
  });
  const ended = (message: string): void => {
    worker.terminate();
    die(new NodeFailure(codeOf(message), `the ${what} worker ended: ${message}`));
  };
  worker.addEventListener("error", (event) => {
    // A script that cannot be loaded gives an event without a message.
    const { message } = event as Partial<ErrorEvent>;
    ended(message ?? "its script could not be loaded");
  });
  worker.addEventListener("messageerror", () => ended("a message could not be read"));
  return {
    lost,
    race: (call) =>
      Promise.race([
        call,
        lost.then((failure) => {
          throw failure;
        }),
      ]),
    end: () => ended("it was terminated"),
  };
};

/** Engines word it differently; all of them say one of these. */
const codeOf = (message: string): "out_of_memory" | "prover_lost" =>
  /out of memory|allocation failed|could not allocate/i.test(message)
    ? "out_of_memory"
    : "prover_lost";
