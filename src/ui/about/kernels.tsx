import { curves, type Curve } from "../../domain/circuit.ts";
import type { KernelOutcome, KernelReport } from "../../domain/engine.ts";
import { useView } from "../../store/view.ts";
import { formatMicroseconds } from "../format.ts";
import { useSay, type Text } from "../say.ts";
import { aboutWords as words, kernelWords } from "./words.ts";

/** Each kernel that was tried on this device, fastest first, and how it fared. */
export const Kernels = () => {
  const say = useSay();
  const reports = useView((state) => state.node.kernels);
  return (
    <>
      <h3 className="section-title kernels-title">{say(words.kernels)}</h3>
      <p className="section-about">
        {reports.length === 0 ? say(words.notTried) : say(words.tried)}
      </p>
      {curves.map((curve) => (
        <OfCurve
          key={curve}
          curve={curve}
          reports={reports.filter((report) => report.curve === curve)}
        />
      ))}
    </>
  );
};

type OfCurveProps = { readonly curve: Curve; readonly reports: readonly KernelReport[] };

const OfCurve = ({ curve, reports }: OfCurveProps) => {
  const say = useSay();
  return reports.length === 0 ? null : (
    <table className="kernels">
      <caption className="kernels-curve">{say(words.onCurve[curve])}</caption>
      <tbody>
        {reports.map(({ kernel, outcome }) => (
          <tr key={kernel}>
            <th scope="row">{kernel}</th>
            <td>{say(kernelWords[kernel])}</td>
            <td className={outcome.name === "failed" ? "bad" : "kernel-outcome"}>
              {say(outcomeWords(outcome))}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
};
const outcomeWords = (outcome: KernelOutcome): Text => {
  switch (outcome.name) {
    case "passed":
      return formatMicroseconds(outcome.nanoseconds);
    case "failed":
      return words.failed(outcome.why);
    case "unsupported":
      return words.unsupported;
  }
};
