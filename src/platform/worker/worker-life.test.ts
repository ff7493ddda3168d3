import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it, vi } from "vitest";
import { FakeClock, settle } from "../../testing/clock.ts";
import { lifeOf } from "./worker-life.ts";

const living = () => {
  const worker = Object.assign(new EventTarget(), { terminate: vi.fn() });
  const clock = new FakeClock();
  return { clock, life: lifeOf(worker, "prover", clock), worker };
};

const never = new Promise<never>(() => undefined);

describe("calls of a worker", () => {
  it("give what the worker gives, also its rejections", async () => {
    const { life } = living();
    await expect(life.race(Promise.resolve(7))).resolves.toBe(7);
    await expect(life.race(Promise.reject(new Error("no")))).rejects.toThrow("no");
  });

  it("reject all when it dies, and those that come after", async () => {
    const { life, worker } = living();
    const calls = [life.race(never), life.within(1_000, never)];
    worker.dispatchEvent(Object.assign(new Event("error"), { message: "RangeError" }));
    const why = "the prover worker ended: RangeError";
    for (const call of calls) await expect(call).rejects.toThrow(why);
    await expect(life.race(never)).rejects.toThrow(why);
    expect((await life.lost).code).toBe("prover_lost");
    expect(worker.terminate).toHaveBeenCalledTimes(1);
  });

  it("say that memory ran out when that is what it died of", async () => {
    const { life, worker } = living();
    worker.dispatchEvent(Object.assign(new Event("error"), { message: "Out of memory" }));
    expect((await life.lost).code).toBe("out_of_memory");
  });

  it("that are known to be short have a deadline", async () => {
    const { clock, life } = living();
    const call = life.within(1_000, never);
    call.catch(() => undefined);
    await clock.pass(1_000);
    await expect(call).rejects.toMatchObject({
      code: "platform",
      message: "the prover worker did not answer within 1000 ms",
    });
  });

  it("keep nothing of what they gave", async () => {
    const { life } = living();
    let collected = 0;
    const registry = new FinalizationRegistry(() => {
      collected += 1;
    });
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    for (let call = 0; call < 100; call += 1) {
      const gift = { big: new Uint8Array(1_000) };
      registry.register(gift, call);
      await life.race(Promise.resolve(gift));
    }
    await settle();
    collect();
    await settle();
    // The last one may still be on the stack.
    expect(collected).toBeGreaterThan(90);
    life.end();
  });
});
