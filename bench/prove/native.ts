/**
 * Native rapidsnark, quoted and not measured here: iden3/rapidsnark with its x86-64 assembly, one thread, medians of 5 on 2
 * cores of an AMD EPYC (Zen 5, 2.6 GHz), beside snarkjs 0.7.6 in one thread of Node.js 20 in the same run. It starts a process and
 * reads its files for each proof. It does not take BLS12-381, and was not measured on the other circuits.
 */
const quoted = [
  { circuit: "c14", nativeMs: 507, snarkjsMs: 2417 },
  { circuit: "c16s", nativeMs: 657, snarkjsMs: 3119 },
  { circuit: "c16p", nativeMs: 1828, snarkjsMs: 8283 },
] as const;

/** Of a report: those of the circuits that it has. */
export const nativeTable = (
  circuits: readonly { readonly circuit: string; readonly warm: readonly unknown[] }[],
): string => {
  const isMeasured = (id: string): boolean =>
    circuits.some(({ circuit, warm }) => circuit === id && warm.length > 0);
  const rows = quoted
    .filter(({ circuit }) => isMeasured(circuit))
    .map(({ circuit, nativeMs, snarkjsMs }) => {
      const ratio = (snarkjsMs / nativeMs).toFixed(2);
      return `| ${circuit} | ${nativeMs} | ${snarkjsMs} | ${ratio}x |`;
    });
  if (rows.length === 0) return "";
  return `Quoted for comparison, **not measured in this run**: native rapidsnark in one thread, a fresh process per proof, and
snarkjs in one thread beside it, on 2 x AMD EPYC with Node.js 20. Compare ratios, not milliseconds.

| circuit | native rapidsnark (quoted) | snarkjs then (quoted) | faster than snarkjs (quoted) |
| --- | --- | --- | --- |
${rows.join("\n")}`;
};
