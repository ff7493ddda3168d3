import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { builtKernels } from "../../scripts/kernel-cache.ts";
import { kernelNames, type KernelName, type KernelReport } from "../domain/engine.ts";
import type { Clock } from "../domain/clock.ts";
import { compiledKernel } from "../testing/compiled-kernels.ts";
import { hastyClock } from "../testing/artifact-stand.ts";
import { withWrongConstant } from "../testing/wrong-constant.ts";
import { createKernels, inOrderOfUse, type Choosing, type Trial } from "./kernels.ts";
import type { KernelTools, OfferedKernel } from "./kernel-tools.ts";

type Figures = Partial<Record<KernelName, number>>;
type Answer = () => Response | Promise<Response>;

const wasm = (bytes: Uint8Array, type = "application/wasm"): Response =>
  new Response(Uint8Array.from(bytes), { headers: { "content-type": type } });

const offered: OfferedKernel[] = [];
const answers = new Map<string, Answer>();
const asked: string[] = [];

beforeAll(() => {
  for (const { name, layout, probe, own, shared } of builtKernels()) {
    const [url, sharedUrl] = [`/${name}.wasm`, `/${name}.shared.wasm`];
    offered.push({ layout, probe: Uint8Array.from(probe), url, sharedUrl });
    answers.set(url, () => wasm(own));
    answers.set(sharedUrl, () => wasm(shared));
  }
}, 60_000);

type Change = Partial<Pick<KernelTools, "isolated" | "offered">> & {
  readonly choice?: Choosing["choice"];
  readonly clock?: Clock;
  /** Other answers, by URL. */
  readonly other?: Readonly<Record<string, Answer>>;
};

const open = ({
  choice = "auto",
  clock = hastyClock(1),
  other = {},
  isolated = false,
  ...change
}: Change = {}) => {
  const reports: KernelReport[] = [];
  asked.length = 0;
  const fetch = async (url: string): Promise<Response> => {
    asked.push(url);
    return (other[url] ?? answers.get(url) ?? (() => new Response(null, { status: 404 })))();
  };
  const network = { fetch, clock, random: () => 0.5 };
  const kernels = createKernels(
    { network, offered, isolated, ...change },
    { choice, report: (told) => reports.push(...told) },
  );
  return { kernels, reports };
};

/** Those that every engine runs that our tests run in. */
const plain = { offered: [] as OfferedKernel[] };
beforeAll(() => {
  plain.offered.push(
    ...offered.filter(({ layout }) => ["ext4", "scalar9"].includes(layout.kernel)),
  );
});

const outcomes = (reports: readonly KernelReport[]) =>
  Object.fromEntries(reports.map(({ kernel, outcome }) => [kernel, outcome]));

const namesOf = (kernels: readonly { readonly layout: { readonly kernel: string } }[]) =>
  kernels.map(({ layout }) => layout.kernel);

describe("kernels", () => {
  it("that pass come fastest first, each with its figure; what the engine lacks is not fetched", async () => {
    const { kernels, reports } = open();
    const chosen = await kernels.of("bn128");
    expect(chosen.reports).toEqual(reports);
    expect(namesOf(chosen.kernels)).toEqual(expect.arrayContaining(["ext4", "scalar9"]));
    const figures = reports.flatMap(({ outcome }) =>
      outcome.name === "passed" ? [outcome.nanoseconds] : [],
    );
    expect(figures).toEqual([...figures].sort((one, other) => one - other));
    expect(Math.min(...figures)).toBeGreaterThan(100);
    for (const { kernel, outcome } of reports) {
      if (outcome.name === "unsupported") expect(asked).not.toContain(`/bn128.${kernel}.wasm`);
    }
    expect(reports).toHaveLength(4);
  });

  it("are tried once, however often they are asked for, and of one curve only", async () => {
    const { kernels } = open(plain);
    const [one, other] = await Promise.all([kernels.of("bn128"), kernels.of("bn128")]);
    expect(one.kernels).toEqual(other.kernels);
    await kernels.of("bn128");
    expect(asked).toEqual(["/bn128.ext4.wasm", "/bn128.scalar9.wasm"]);
  });

  it("of the other curve are fetched when they are asked for", async () => {
    const { kernels, reports } = open(plain);
    await kernels.of("bls12381");
    expect(asked.every((url) => url.startsWith("/bls12381."))).toBe(true);
    expect(reports.map(({ curve }) => curve)).toEqual(["bls12381", "bls12381"]);
    expect(reports.every(({ outcome }) => outcome.name === "passed")).toBe(true);
  }, 20_000);

  it("import shared memory in an isolated page", async () => {
    const { kernels } = open({ ...plain, isolated: true });
    const { kernels: passed } = await kernels.of("bn128");
    expect(passed).toHaveLength(2);
    expect(passed.every(({ shared }) => shared)).toBe(true);
    expect(asked).toEqual(["/bn128.ext4.shared.wasm", "/bn128.scalar9.shared.wasm"]);
    const [first] = passed;
    if (first === undefined) throw new Error("none passed");
    const link = (shared: boolean) => () =>
      new WebAssembly.Instance(first.module, {
        env: { memory: new WebAssembly.Memory({ initial: 2, maximum: 8, shared }) },
      });
    expect(link(true)).not.toThrow();
    expect(link(false)).toThrow(WebAssembly.LinkError);
  });

  it("that compute wrongly are left out, and the others are not", async () => {
    const own = builtKernels().find(({ name }) => name === "bn128.ext4")?.own;
    const other = { "/bn128.ext4.wasm": () => wasm(withWrongConstant(Uint8Array.from(own ?? []))) };
    const { kernels, reports } = open({ ...plain, other });
    expect(namesOf((await kernels.of("bn128")).kernels)).toEqual(["scalar9"]);
    expect(outcomes(reports).ext4).toMatchObject({
      name: "failed",
      why: expect.stringMatching(/^it computes wrongly: /) as string,
    });
    expect(outcomes(reports).scalar9).toMatchObject({ name: "passed" });
  });

  it.each<[string, Answer, RegExp]>([
    ["are not there", () => new Response(null, { status: 404 }), /answered 404/],
    [
      "cannot be fetched",
      () => Promise.reject(new TypeError("Failed to fetch")),
      /Failed to fetch/,
    ],
    ["are cut off", () => wasm(new Uint8Array([0, 97, 115, 109])), /./],
    ["are something else", () => wasm(readFileSync("package.json"), "text/html"), /magic/],
    [
      "import what they should not",
      () => wasm(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])),
      /is not a function|undefined/,
    ],
  ])("that %s are left out with the reason", async (_what, answer, why) => {
    const { kernels, reports } = open({ ...plain, other: { "/bn128.ext4.wasm": answer } });
    expect(namesOf((await kernels.of("bn128")).kernels)).toEqual(["scalar9"]);
    expect(outcomes(reports).ext4).toMatchObject({
      name: "failed",
      why: expect.stringMatching(why) as string,
    });
  });

  it("come whatever type their host names", async () => {
    const other = Object.fromEntries(
      [...answers].map(([url, answer]) => [
        url,
        async () => wasm(new Uint8Array(await (await answer()).arrayBuffer()), "text/plain"),
      ]),
    );
    const { kernels } = open({ ...plain, other });
    expect((await kernels.of("bn128")).kernels).toHaveLength(2);
  });

  it("none of which could be fetched are fetched again the next time", async () => {
    let online = false;
    const other = Object.fromEntries(
      [...answers].map(([url, answer]) => [
        url,
        () => (online ? answer() : Promise.reject(new TypeError("offline"))),
      ]),
    );
    const { kernels } = open({ ...plain, other });
    expect((await kernels.of("bn128")).kernels).toEqual([]);
    online = true;
    expect((await kernels.of("bn128")).kernels).toHaveLength(2);
  });

  it("one of which did not come is fetched again after a minute, with the others in use meanwhile", async () => {
    let online = false;
    let ms = 0;
    const url = "/bn128.ext4.wasm";
    const ext4 = answers.get(url) ?? (() => new Response(null, { status: 404 }));
    const other = { [url]: () => (online ? ext4() : Promise.reject(new TypeError("offline"))) };
    const clock = { ...hastyClock(1), now: () => performance.now() + ms };
    const { kernels } = open({ ...plain, other, clock });
    expect(namesOf((await kernels.of("bn128")).kernels)).toEqual(["scalar9"]);
    online = true;
    expect(namesOf((await kernels.of("bn128")).kernels)).toEqual(["scalar9"]);
    ms = 60_000;
    const [one, two] = await Promise.all([kernels.of("bn128"), kernels.of("bn128")]);
    expect(namesOf(one.kernels)).toHaveLength(2);
    expect(two.kernels).toEqual(one.kernels);
    expect(asked.filter((asked) => asked === url)).toHaveLength(2);
  });

  it.each<[string, Figures, readonly string[]]>([
    ["the fastest first", { ext4: 100, fma2: 200, scalar9: 150 }, ["ext4", "scalar9", "fma2"]],
    ["by name where they are as good", { scalar9: 100, ext4: 109 }, ["ext4", "scalar9"]],
    ["by time where they are not", { scalar9: 100, ext4: 111 }, ["scalar9", "ext4"]],
  ])("are used in an order that noise does not change: %s", (_what, figures, order) => {
    const trials = Object.entries(figures).map(([name, nanoseconds]): Trial => {
      const kernel = kernelNames.find((each) => each === name) ?? "scalar9";
      const passed = compiledKernel("bn128", kernel === "ext4" ? "ext4" : "scalar9");
      return {
        report: { curve: "bn128", kernel, outcome: { name: "passed", nanoseconds } },
        passed: { ...passed, layout: { ...passed.layout, kernel } },
        mayCome: false,
      };
    });
    expect(namesOf(inOrderOfUse(trials))).toEqual(order);
  });

  it("that gave a wrong proof are used last", async () => {
    const { kernels } = open(plain);
    const [first] = namesOf((await kernels.of("bn128")).kernels);
    kernels.distrust("bn128", first === "ext4" ? "ext4" : "scalar9");
    expect(namesOf((await kernels.of("bn128")).kernels).at(-1)).toBe(first);
  });

  it.each(["ext4", "scalar9"] as const)("%s alone is tried where it is set", async (choice) => {
    const { kernels, reports } = open({ choice });
    expect(namesOf((await kernels.of("bn128")).kernels)).toEqual([choice]);
    expect(reports).toHaveLength(1);
    expect(asked).toEqual([`/bn128.${choice}.wasm`]);
  });

  it("are not touched where snarkjs is set", async () => {
    const { kernels, reports } = open({ choice: "snarkjs" });
    expect(await kernels.of("bn128")).toEqual({ kernels: [], reports: [] });
    expect([asked, reports]).toEqual([[], []]);
  });
});
