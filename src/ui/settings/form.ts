/** Between the form's texts and the settings. The node checks the rules; here a text only finds its type and unit. */
import { curves } from "../../domain/circuit.ts";
import { engineChoices } from "../../domain/engine.ts";
import type { Settings, SettingsProblem } from "../../store/view.ts";

export const logLevels: readonly Settings["logLevel"][] = ["debug", "info", "warn", "error"];

/** The form's fields by name, as FormData gives them. */
export type FormTexts = {
  readonly get: (name: string) => FormDataEntryValue | null;
  readonly getAll: (name: string) => readonly FormDataEntryValue[];
};

const textOf = (texts: FormTexts, name: keyof Settings): string => {
  const value = texts.get(name);
  return typeof value === "string" ? value.trim() : "";
};

/** NaN for anything but a number, which breaks every rule and is named by the node. */
const numberOf = (texts: FormTexts, name: keyof Settings): number => {
  const text = textOf(texts, name);
  return text === "" ? Number.NaN : Number(text);
};

const secondsOf = (texts: FormTexts, name: keyof Settings): number =>
  Math.round(numberOf(texts, name) * 1000);

/** Everything that the form says, in the settings' own units. */
export const readForm = (texts: FormTexts): Settings => ({
  concurrency: numberOf(texts, "concurrency"),
  heartbeatIntervalMs: secondsOf(texts, "heartbeatIntervalMs"),
  coordinatorAddress: textOf(texts, "coordinatorAddress"),
  id: textOf(texts, "id"),
  curves: curves.filter((curve) => texts.getAll("curves").includes(curve)),
  engine: engineChoices.find((choice) => choice === textOf(texts, "engine")) ?? "auto",
  keepaliveTimeMs: secondsOf(texts, "keepaliveTimeMs"),
  keepaliveTimeoutMs: secondsOf(texts, "keepaliveTimeoutMs"),
  allowUnsigned: texts.get("allowUnsigned") !== null,
  logLevel: logLevels.find((level) => level === textOf(texts, "logLevel")) ?? "info",
});

/** Only what differs, so that saving one value does not pin the others where they come from elsewhere. */
export const changesOf = (before: Settings, after: Settings): Partial<Settings> => {
  const differs = ([name, value]: readonly [string, unknown]): boolean =>
    JSON.stringify(value) !==
    JSON.stringify(Object.entries(before).find(([key]) => key === name)?.[1]);
  return Object.fromEntries(Object.entries(after).filter(differs));
};

/** Other names of a field in problems: the configuration's and the address's words. */
const aliases: Readonly<Record<string, keyof Settings>> = {
  coordinatoraddress: "coordinatorAddress",
  id: "id",
  workerid: "id",
  concurrency: "concurrency",
  heartbeatinterval: "heartbeatIntervalMs",
  curve: "curves",
  curves: "curves",
  engine: "engine",
  keepalivetime: "keepaliveTimeMs",
  keepalivetimeout: "keepaliveTimeoutMs",
  allowunsigned: "allowUnsigned",
  loglevel: "logLevel",
};

/** The form's field that a problem belongs to: "worker.heartbeat_interval" and "heartbeatIntervalMs" are the same one. */
export const fieldOfProblem = (problem: SettingsProblem): keyof Settings | undefined => {
  const last = problem.field.split(".").at(-1) ?? "";
  return aliases[
    last
      .toLowerCase()
      .replace(/[^a-z]/g, "")
      .replace(/ms$/, "")
  ];
};

export const problemOf = (
  problems: readonly SettingsProblem[],
  field: keyof Settings,
): SettingsProblem | undefined => problems.find((problem) => fieldOfProblem(problem) === field);
