/** Workers of the node. Each call of them settles: with an answer, with the worker's death, or at its deadline. */
import { transfer, wrap, type Remote } from "comlink";
import type {
  ArtifactApi,
  ArtifactOptions,
  ChosenKernels,
  CompiledKernel,
  Doubt,
  FromArtifacts,
  LoadOutcome,
  WantedCircuit,
} from "../../artifacts/protocol.ts";
import type { Curve } from "../../domain/circuit.ts";
import type { CachedCircuit } from "../../domain/event.ts";
import type { CircuitId } from "../../domain/ids.ts";
import type {
  FromProver,
  HelpRequest,
  ProveOutcome,
  ProveRequest,
  ProverApi,
  VerifyOutcome,
  VerifyRequest,
} from "../../prover/protocol.ts";
import { lifeOf } from "./worker-life.ts";

/** Loading a script and opening what it needs, on a busy phone; half a second on an idle desktop. */
const ATTACH_LIMIT_MS = 60_000;
/** Reading or deleting small things in the browser's storage. */
const STORAGE_LIMIT_MS = 10_000;
/** Two pairings and three signatures; 50 ms on a desktop. */
const VERIFY_LIMIT_MS = 60_000;

/** A prover, attached when its kernels are there. */
export const spawnProver = (lane: number, kernels: Promise<readonly CompiledKernel[]>) => {
  const worker = new Worker(new URL("../../prover/prover.worker.ts", import.meta.url), {
    type: "module",
    name: `prover-${lane}`,
  });
  const life = lifeOf(worker, "prover");
  const remote = wrap<ProverApi>(worker);
  const { port1, port2 } = new MessageChannel();
  const attach = async () =>
    remote.attach(transfer(port2, [port2]), { kernels: await kernels, lane });
  return {
    ready: life.within(ATTACH_LIMIT_MS, attach()),
    prove: (request: ProveRequest): Promise<ProveOutcome> =>
      life.race<ProveOutcome>(remote.prove(request)),
    help: (request: HelpRequest): Promise<void> => life.race(remote.help(request)),
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
      // It proves nothing.
      await life.within(
        ATTACH_LIMIT_MS,
        remote.attach(transfer(port2, [port2]), { kernels: [], lane: undefined }),
      );
      return life.within(VERIFY_LIMIT_MS, remote.verify(request));
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
  const attached = life.within(STORAGE_LIMIT_MS, remote.attach(transfer(port2, [port2]), options));
  // A worker that hangs is of no use to anybody: ended, it is made again when it is needed next.
  attached.catch(() => life.end());
  return {
    // As long as the network takes; its silence is the artifact worker's to notice.
    load: async (wanted: WantedCircuit): Promise<LoadOutcome> => {
      await attached;
      return life.race<LoadOutcome>(remote.load(wanted));
    },
    // As long as it takes to fetch them; each has a limit of its own.
    kernels: async (curve: Curve): Promise<ChosenKernels> => {
      await attached;
      return life.race<ChosenKernels>(remote.kernels(curve));
    },
    cached: async (): Promise<readonly CachedCircuit[]> => {
      await attached;
      return life.within(STORAGE_LIMIT_MS, remote.cached());
    },
    distrust: async (doubt: Doubt): Promise<void> => {
      await attached;
      return life.within(STORAGE_LIMIT_MS, remote.distrust(doubt));
    },
    remove: async (circuit: CircuitId): Promise<void> => {
      await attached;
      return life.within(STORAGE_LIMIT_MS, remote.remove(circuit));
    },
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
