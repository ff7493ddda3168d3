import { expect, test } from "vitest";
import type { ProveOutcome } from "../../prover/protocol.ts";
import { settle } from "../../testing/clock.ts";
import { assignment, pooled } from "../../testing/pool.ts";
import { someProof } from "../../testing/prover.ts";

const doubtsAfter = async (outcome: ProveOutcome) => {
  const { doubts, give, proverOf, reports } = pooled();
  await settle();
  await give(assignment(1));
  proverOf(0).answer(outcome);
  await settle();
  return { doubts, reports };
};

const failed = (cause: "artifact" | "malformed_input"): ProveOutcome => ({
  ...{ ok: false, cause, stage: "check" },
  message: "proof generation failed: the proof does not verify",
});

test("an engine whose proof another had to make is doubted, with its circuit and curve", async () => {
  const distrusted = [{ engine: "core 1.0 fma2", kernel: "fma2", why: "trap" }] as const;
  const { doubts, reports } = await doubtsAfter({
    ...{ ok: true, proof: someProof, memoryBytes: 1 },
    distrusted,
  });
  expect(doubts).toMatchObject([{ curve: "bn128", kernel: "fma2" }]);
  expect(doubts[0]?.zkeyDigest).toMatch(/^[0-9a-f]{64}$/);
  expect(reports[0]?.kind).toBe("completion");
});

test("files that no engine made a proof of are doubted, no engine is", async () => {
  const { doubts } = await doubtsAfter(failed("artifact"));
  expect(doubts).toMatchObject([{ kernel: undefined }]);
});

test("a proof, and an input that is malformed, are no reason for doubt", async () => {
  const good = { ok: true, proof: someProof, memoryBytes: 1, distrusted: [] } as const;
  expect((await doubtsAfter(good)).doubts).toEqual([]);
  expect((await doubtsAfter(failed("malformed_input"))).doubts).toEqual([]);
});
