/** A prover worker that does what a test tells it. */
import type { CircuitFiles, LoadOutcome, WantedCircuit } from "../artifacts/protocol.ts";
import { NodeFailure } from "../domain/failure.ts";
import { circuitId, sha256, type Sha256 } from "../domain/ids.ts";
import type { Proof } from "../domain/task.ts";
import type { Prover } from "../node/pool/prover.ts";
import type {
  FromProver,
  HelpRequest,
  ProveOutcome,
  ProveRequest,
  ProverReady,
} from "../prover/protocol.ts";

export class FakeProver implements Prover {
  readonly requests: ProveRequest[] = [];
  readonly helps: HelpRequest[] = [];
  readonly ready: Promise<ProverReady>;
  readonly lost: Promise<NodeFailure>;
  terminated = false;
  #lose: (failure: NodeFailure) => void = () => undefined;
  #listener: (message: FromProver) => void = () => undefined;
  /** Ends the present call of `help`. */
  stopHelping: (failure?: NodeFailure) => void = () => undefined;
  #answer: (outcome: ProveOutcome) => void = () => undefined;

  constructor(ready: Promise<ProverReady> = Promise.resolve({ engine: "fake", selfTestMs: 64 })) {
    this.ready = ready;
    this.lost = new Promise((resolve) => {
      this.#lose = resolve;
    });
  }

  readonly prove = (request: ProveRequest): Promise<ProveOutcome> => {
    this.requests.push(request);
    const answered = new Promise<ProveOutcome>((resolve) => {
      this.#answer = resolve;
    });
    return Promise.race([answered, this.#death()]);
  };

  /** Until `stopHelping`. */
  readonly help = (request: HelpRequest): Promise<void> => {
    this.helps.push(request);
    const stopped = new Promise<void>((resolve, reject) => {
      this.stopHelping = (failure) => (failure === undefined ? resolve() : reject(failure));
    });
    return Promise.race([stopped, this.#death()]);
  };

  readonly listen = (listener: (message: FromProver) => void): void => {
    this.#listener = listener;
  };

  readonly terminate = (): void => {
    this.terminated = true;
    this.die("it was terminated");
  };

  /** The attempt that it has now. */
  get attemptId(): string {
    return this.requests.at(-1)?.attemptId ?? "";
  }

  progress(stage: FromProver["stage"], share: number): void {
    this.#listener({ type: "progress", attemptId: this.attemptId, stage, share });
  }

  answer(outcome: ProveOutcome): void {
    this.#answer(outcome);
  }

  succeed(memoryBytes = 1_000_000): void {
    this.answer({ ok: true, proof: someProof, memoryBytes, distrusted: [] });
  }

  #death(): Promise<never> {
    return this.lost.then((failure): never => {
      throw failure;
    });
  }

  die(why: string): void {
    this.#lose(new NodeFailure("prover_lost", `the prover worker ended: ${why}`));
  }
}

export const someProof: Proof = {
  curve: "bn128",
  bytes: new Uint8Array(256).fill(7),
  publicSignals: ["5"],
  merkleRoot: "",
  durationMs: 1_000,
  timings: { keyMs: 1, witnessMs: 2, nttMs: 3, msmMs: 4, checkMs: 5 },
  engine: "fake",
};

/** Fails the test that asks for an id without its form. */
export const the = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error("there is none");
  return value;
};

/** Files of a circuit that was never compiled: the node only hands them on. */
export const filesOf = (wanted: WantedCircuit, change: Partial<CircuitFiles> = {}): LoadOutcome => {
  const artifact = { url: "", bytes: 1, sha256: the(sha256("0".repeat(64))) };
  return {
    ok: true,
    files: {
      circuit: {
        id: wanted.circuitId,
        version: 1,
        curve: "bn128",
        constraints: 1,
        domainSize: 16,
        publicSignals: ["sum"],
        setup: "development",
        memoryBytes: 1_000_000,
        wasm: artifact,
        zkey: artifact,
        vkey: artifact,
      },
      trust: "signed",
      wasm: new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])),
      zkey: new Blob([]),
      vkeyJson: "{}",
      kernels: [],
      key: undefined,
      ...change,
    },
  };
};

/** A digest that only this text has. */
export const digestOf = (text: string): Sha256 =>
  the(sha256(Buffer.from(text).toString("hex").padStart(64, "0")));

export const additionId = the(circuitId("addition"));
