/** The text format of Prometheus (version 0.0.4). */

export const PROMETHEUS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

export type Labels = Readonly<Record<string, string>>;

export type Sample = {
  /** Appended to the family's name, e.g. "_sum". */
  readonly suffix?: string;
  readonly labels?: Labels;
  readonly value: number;
};

export type Family = {
  readonly name: string;
  readonly type: "counter" | "gauge" | "summary";
  readonly help: string;
  readonly samples: readonly Sample[];
};

const escaped = (value: string): string =>
  value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");

const labelText = (labels: Labels): string => {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
};

const familyText = ({ name, type, help, samples }: Family): string =>
  [
    `# HELP ${name} ${help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")}`,
    `# TYPE ${name} ${type}`,
    ...samples.map(
      ({ suffix = "", labels = {}, value }) => `${name}${suffix}${labelText(labels)} ${value}`,
    ),
  ].join("\n");

export const prometheusText = (families: readonly Family[]): string =>
  `${families.map(familyText).join("\n")}\n`;

/** A counter by labels. */
export type Counter = {
  readonly add: (labels: Labels, amount?: number) => void;
  readonly samples: () => readonly Sample[];
};

export const openCounter = (): Counter => {
  const counts = new Map<string, { readonly labels: Labels; value: number }>();
  return {
    add: (labels, amount = 1) => {
      const key = JSON.stringify(labels);
      const entry = counts.get(key) ?? { labels, value: 0 };
      entry.value += amount;
      counts.set(key, entry);
    },
    samples: () => [...counts.values()],
  };
};
