import { expect, it } from "vitest";
import { openCounter, prometheusText } from "./prometheus.ts";

it("writes families in the text format, label values escaped", () => {
  const counter = openCounter();
  counter.add({ method: 'a"b\\c\nd' });
  counter.add({ method: 'a"b\\c\nd' }, 2);
  const samples = counter.samples();
  expect(prometheusText([{ name: "calls_total", type: "counter", help: "Calls.", samples }])).toBe(
    '# HELP calls_total Calls.\n# TYPE calls_total counter\ncalls_total{method="a\\"b\\\\c\\nd"} 3\n',
  );
});

it("writes sums without labels and summaries with suffixes", () => {
  const samples = [{ value: 1.5 }, { suffix: "_sum", labels: { a: "b" }, value: 2 }];
  expect(prometheusText([{ name: "x", type: "summary", help: "X.", samples }])).toContain(
    '\nx 1.5\nx_sum{a="b"} 2\n',
  );
});
