/** What provers begin with: kernels of BN254, on which most circuits are. */
import type { ChosenKernels, CompiledKernel } from "../artifacts/protocol.ts";
import { kernelNames, type KernelName } from "../domain/engine.ts";
import { NodeFailure } from "../domain/failure.ts";
import type { Settings } from "./protocol.ts";
import type { Shelf } from "./shelf.ts";

const CURVE = "bn128";

export class ProverKernels {
  readonly #shelf: Pick<Shelf, "kernels">;
  #names: readonly KernelName[] = [];

  constructor(shelf: Pick<Shelf, "kernels">) {
    this.#shelf = shelf;
  }

  /** Those that work here, fastest first, as far as that is known yet. */
  get names(): readonly KernelName[] {
    return this.#names;
  }

  /** Never rejects. The artifact worker tries each once, however often it is asked. */
  async choose(): Promise<ChosenKernels> {
    const chosen = await this.#shelf.kernels(CURVE);
    this.#names = chosen.kernels.map(({ layout }) => layout.kernel);
    return chosen;
  }

  async compiled(): Promise<readonly CompiledKernel[]> {
    return (await this.choose()).kernels;
  }
}

/** Whether the setting names one kernel. */
export const isKernel = (engine: Settings["engine"]): engine is KernelName =>
  kernelNames.some((name) => name === engine);

/** @throws NodeFailure "settings" when the one kernel that was asked for does not work here. */
export const requireKernel = (kernel: KernelName, { kernels, reports }: ChosenKernels): void => {
  if (kernels.length > 0) return;
  const outcome = reports.find((report) => report.kernel === kernel)?.outcome;
  const why =
    outcome?.name === "unsupported" || outcome === undefined
      ? "this browser lacks its instructions"
      : outcome.name === "failed"
        ? outcome.why
        : "";
  const message = `engine is "${kernel}", which does not work here: ${why}; set it to auto to use what does`;
  throw new NodeFailure("settings", message);
};
