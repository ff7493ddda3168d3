/** Settings from defaults < config.json < saved < URL, each value with its source and each broken rule by name. */
import type { EffectiveSettings, Settings, SettingsProblem, SettingsSource } from "../protocol.ts";
import { rules, settingKeys, type Device, type Rule } from "./rules.ts";

/** What a source says, by setting; only what it has. */
export type Said = Partial<Readonly<Record<keyof Settings, unknown>>>;

export type Sources = {
  readonly config: Said;
  readonly saved: Said;
  readonly url: Said;
};

/** Joins the sources. A value that breaks its rule is named as a problem and the one below it stays. */
export const effective = (sources: Sources, device: Device): EffectiveSettings => {
  const layers = [
    ["config.json", sources.config],
    ["saved", sources.saved],
    ["url", sources.url],
  ] as const;
  const values = defaults(device);
  const from = Object.fromEntries(settingKeys.map((key) => [key, "default"]));
  const problems: SettingsProblem[] = [];
  for (const [source, said] of layers) {
    const checked = check(said, source, device);
    Object.assign(values, checked.values);
    for (const key of Object.keys(checked.values)) from[key] = source;
    problems.push(...checked.problems);
  }
  // Every key was given "default" first.
  return { values, sources: from as EffectiveSettings["sources"], problems };
};

/** What one source says, parsed. */
export const check = (
  said: Said,
  source: SettingsSource,
  device: Device,
): { readonly values: Partial<Settings>; readonly problems: readonly SettingsProblem[] } => {
  const values: Record<string, unknown> = {};
  const problems: SettingsProblem[] = [];
  for (const key of settingKeys) {
    const raw = said[key];
    if (raw === undefined) continue;
    const { field, parse, rule } = rules[key];
    const value = parse(raw, device);
    if (value === undefined) {
      problems.push({
        field,
        value: shown(raw),
        rule: `must be ${rule(device)}`,
        source,
      });
    } else {
      values[key] = value;
    }
  }
  // Each was parsed by the rule of its own key.
  return { values, problems };
};

/** Typed values in the form in which every other source has them. */
export const asSaid = (settings: Partial<Settings>): Said =>
  Object.fromEntries(
    settingKeys.flatMap((key) => {
      const value = settings[key];
      return value === undefined ? [] : [[key, textOf(key, value)]];
    }),
  );

/** Address options by the original worker's names; others are not settings. */
export const fromUrl = (options: Readonly<Record<string, string>>): Said =>
  Object.fromEntries(
    settingKeys.flatMap((key) => {
      const raw = options[rules[key].field];
      return raw === undefined ? [] : [[key, raw]];
    }),
  );

/** config.json by the original worker's names. */
export const fromConfig = (config: unknown): Said =>
  Object.fromEntries(
    settingKeys.flatMap((key) => {
      const { section, field } = rules[key];
      const raw = member(member(config, section), field);
      return raw === undefined ? [] : [[key, raw]];
    }),
  );

/** Keys whose signature makes a circuit trusted; hex of 32 bytes each. */
export const pinnedKeys = (
  config: unknown,
): { readonly keys: readonly string[]; readonly problems: readonly SettingsProblem[] } => {
  const raw = member(config, "pinned_manifest_keys") ?? [];
  const isKey = (key: unknown): key is string =>
    typeof key === "string" && /^[0-9a-f]{64}$/.test(key);
  if (Array.isArray(raw) && raw.every(isKey)) return { keys: raw, problems: [] };
  const rule = "must be a list of Ed25519 public keys, 64 lower-case hex digits each";
  const problem = { field: "pinned_manifest_keys", value: shown(raw), rule } as const;
  return { keys: [], problems: [{ ...problem, source: "config.json" }] };
};

/** Origins of coordinators that the host names besides its own. Anything but a list of texts is none. */
export const coordinatorOrigins = (config: unknown): readonly string[] => {
  const listed = member(config, "coordinator_origins");
  return Array.isArray(listed) ? listed.filter((origin) => typeof origin === "string") : [];
};

const member = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;

const defaults = (device: Device): Settings =>
  // Every key of Settings has its row.
  Object.fromEntries(settingKeys.map((key) => [key, rules[key].byDefault(device)])) as Settings;

const textOf = <Key extends keyof Settings>(key: Key, value: Settings[Key]): string => {
  const { text }: Rule<Settings[Key]> = rules[key];
  return text(value);
};

const shown = (raw: unknown): string =>
  (typeof raw === "string" ? raw : JSON.stringify(raw)).slice(0, 80);
