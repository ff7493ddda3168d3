/** Reads, checks and keeps the node's settings. Fails: never; what is wrong is a problem by name. */
import type { Random } from "../../domain/clock.ts";
import { NodeFailure } from "../../domain/failure.ts";
import type {
  ConfigureOutcome,
  EffectiveSettings,
  Settings,
  SettingsProblem,
} from "../protocol.ts";
import { randomHex } from "../random-hex.ts";
import { rules, settingKeys, type Device } from "./rules.ts";
import {
  asSaid,
  check,
  coordinatorOrigins,
  effective,
  fromConfig,
  fromUrl,
  pinnedKeys,
} from "./sources.ts";

export type SettingsNeeds = {
  /** Durable values by name. */
  readonly store: {
    readonly get: (name: string) => Promise<unknown>;
    readonly set: (name: string, value: unknown) => Promise<void>;
  };
  /**
   * The parsed config.json of the page's host; `undefined` = it has none. Rejects with "unreachable" when the host cannot
   * be reached, with "settings" when the file cannot be read.
   */
  readonly readConfig: () => Promise<unknown>;
  readonly cores: number;
  readonly random: Random;
};

/** 64 bits: enough that no two browsers of a network share an id. */
const ID_DIGITS = 16;
/** The file, and the name of its copy on this device. */
const CONFIG = "config.json";

export type Loaded = {
  readonly effective: EffectiveSettings;
  readonly pinnedKeys: readonly string[];
};

export class SettingsKeeper {
  readonly #needs: SettingsNeeds;

  constructor(needs: SettingsNeeds) {
    this.#needs = needs;
  }

  /** The settings as they are now. */
  async load(urlOptions: Readonly<Record<string, string>>): Promise<Loaded> {
    const { config, problems: unread } = await this.#config();
    const device = await this.#device(config);
    const saved = await this.#saved();
    const sources = { config: fromConfig(config), saved: asSaid(saved), url: fromUrl(urlOptions) };
    const joined = effective(sources, device);
    const pinned = pinnedKeys(config);
    const problems = [...unread, ...joined.problems, ...pinned.problems];
    return { effective: { ...joined, problems }, pinnedKeys: pinned.keys };
  }

  /** Checks all changes and keeps them only if none breaks its rule. */
  async configure(changes: Partial<Settings>): Promise<ConfigureOutcome> {
    const device = await this.#device((await this.#config()).config);
    const checked = check(asSaid(changes), "saved", device);
    if (checked.problems.length > 0) return { saved: false, problems: checked.problems };
    const saved = await this.#saved();
    await this.#needs.store.set("settings", { ...saved, ...checked.values });
    const needsRestart = settingKeys.some((key) => key in checked.values && !rules[key].live);
    return { saved: true, needsRestart };
  }

  async #device(config: unknown): Promise<Device> {
    const { cores } = this.#needs;
    return { cores, id: await this.#id(), coordinatorOrigins: coordinatorOrigins(config) };
  }

  async #id(): Promise<string> {
    const stored = await this.#needs.store.get("worker-id");
    if (typeof stored === "string") return stored;
    const id = `node-${randomHex(this.#needs.random, ID_DIGITS)}`;
    await this.#needs.store.set("worker-id", id);
    return id;
  }

  /** The host's, or what it last was: a node may start offline and deliver what it has. */
  async #config(): Promise<Config> {
    try {
      const config = await this.#needs.readConfig();
      await this.#keepConfig(config);
      return { config, problems: [] };
    } catch (reason) {
      const failure = NodeFailure.from(reason, "unreachable");
      const problems = failure.code === "settings" ? [notJson] : [];
      return { config: await this.#needs.store.get(CONFIG), problems };
    }
  }

  /** The copy serves a start without network: a full disk costs that, and nothing else. */
  async #keepConfig(config: unknown): Promise<void> {
    const { get, set } = this.#needs.store;
    try {
      if (JSON.stringify(await get(CONFIG)) !== JSON.stringify(config)) await set(CONFIG, config);
    } catch {
      // The one that was kept before stays.
    }
  }

  async #saved(): Promise<Partial<Settings>> {
    const saved = await this.#needs.store.get("settings");
    // Written by `configure` alone; an older version's values are checked again with all others.
    return typeof saved === "object" && saved !== null ? saved : {};
  }
}

type Config = { readonly config: unknown; readonly problems: readonly SettingsProblem[] };

const notJson: SettingsProblem = {
  field: CONFIG,
  value: "not JSON",
  rule: "must be JSON",
  source: CONFIG,
};

/** The settings of a node that runs: what is not live stays as it was started. */
export const whileRunning = (started: Settings, latest: Settings): Settings => {
  const live = settingKeys.filter((key) => rules[key].live).map((key) => [key, latest[key]]);
  return { ...started, ...Object.fromEntries(live) } as Settings;
};
