/** `verify DIR`: checks a proof folder offline, by two libraries that share no code. */
import type { Command } from "commander";
import { bundleNames, readBundle } from "../bundle.ts";
import type { Context, Definition } from "../context.ts";
import { CliFailure, type ExitName } from "../failure.ts";
import { countText } from "../text.ts";
import { FormFault, parseBundle, type Bundle } from "../verify/parse.ts";

const curveTitle = { bn128: "BN254", bls12381: "BLS12-381" } as const;

export const verifyCommand: Definition = ({ command, run }) =>
  command("verify")
    .description("check a folder that get wrote, offline, by snarkjs and by @noble/curves")
    .argument("<dir>")
    .action((folder: string, _options: object, self: Command) =>
      run(self, (context) => verify(folder, context)),
    );

/** Exit "ok" for a valid proof, "no" for an invalid one. */
const verify = async (folder: string, { output }: Context): Promise<ExitName> => {
  const bundle = tryParse(await readBundle(folder));
  if (bundle instanceof FormFault) {
    const why = `${bundle.file}: ${bundle.message}`;
    output.result(`INVALID  ${why}`, { valid: false, folder, file: bundle.file, why });
    return "no";
  }
  // The two libraries take longer to load than all other commands take to run.
  const { verifyBySnarkjs } = await import("../verify/snarkjs.ts");
  const { verifyByNoble } = await import("../verify/noble.ts");
  const bySnarkjs = await verifyBySnarkjs(bundle);
  const byNoble = verifyByNoble(bundle);
  if (bySnarkjs !== byNoble) {
    const message = `the verifiers disagree (snarkjs ${String(bySnarkjs)}, noble ${String(byNoble)}); trust neither and report this proof`;
    throw new CliFailure({ exit: "internal", message });
  }
  const record = { valid: byNoble, folder, snarkjs: bySnarkjs, noble: byNoble };
  output.result(text(bundle, byNoble), { ...record, public_signals: bundle.publicSignals });
  return byNoble ? "ok" : "no";
};

const tryParse = (raw: Parameters<typeof parseBundle>[0]): Bundle | FormFault => {
  try {
    return parseBundle(raw);
  } catch (thrown) {
    if (thrown instanceof FormFault) return thrown;
    throw thrown;
  }
};

const text = ({ curve, publicSignals }: Bundle, valid: boolean): string => {
  const word = valid ? "valid" : "INVALID";
  return [
    `${bundleNames.proof} and ${bundleNames.bytes} are the same Groth16 proof on ${curveTitle[curve]}`,
    `${countText(publicSignals.length, "public signal")} in ${bundleNames.publicSignals}`,
    `snarkjs:       ${word}`,
    `@noble/curves: ${word}`,
    valid ? "VALID" : "INVALID  the proof does not hold for these public signals and this key",
  ].join("\n");
};
