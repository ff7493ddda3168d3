import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { attemptId, jobId, taskId } from "../../src/domain/ids.ts";
import { attemptIdOf, attemptKeyOf, jobIdOf, jobKeyOf, taskIdOf, taskKeyOf } from "./ids.ts";

const must = <Value>(value: Value | undefined): Value => {
  if (value === undefined) throw new Error("no id");
  return value;
};

describe("ids", () => {
  it("are the row's key in base 36, there and back", () => {
    expect(taskIdOf(1n << 20n)).toBe("t_mh34");
    expect(jobIdOf(2n ** 63n - 1n)).toBe("j_1y2p0ij32e8e7");
    fc.assert(
      fc.property(fc.bigInt(1n, 2n ** 63n - 1n), (key) => {
        expect(taskKeyOf(taskIdOf(key))).toBe(key.toString());
        expect(jobKeyOf(jobIdOf(key))).toBe(key.toString());
      }),
    );
  });

  it.each(["j_1", "t_", "t_0", "t_01", "t_A", "t_1y2p0ij32e8e8", "t_zzzzzzzzzzzzzz", "1"])(
    "%s names no task",
    (text) => {
      expect(taskKeyOf(must(taskId(text)))).toBeUndefined();
    },
  );

  it("of jobs are not those of tasks", () => {
    expect(jobKeyOf(must(jobId("t_1")))).toBeUndefined();
  });

  it("of attempts are 32 hex digits", () => {
    const id = attemptIdOf("00112233-4455-6677-8899-aabbccddeeff");
    expect(id).toBe("00112233445566778899aabbccddeeff");
    expect(attemptKeyOf(id)).toBe(id);
    expect(attemptKeyOf(must(attemptId("not-hex")))).toBeUndefined();
  });
});
