import { expect, test } from "vitest";
import { createPause } from "./pause.ts";

test("the thread turns to its messages when it has computed for a while, and not before", async () => {
  let ms = 0;
  let turns = 0;
  const turn = (): Promise<void> => {
    turns += 1;
    ms += 5;
    return Promise.resolve();
  };
  const pause = createPause(() => ms, turn);
  ms = 29;
  expect(pause()).toBeUndefined();
  ms = 30;
  await pause();
  expect(turns).toBe(1);
  // Counted from the end of the turn.
  ms = 64;
  expect(pause()).toBeUndefined();
  ms = 65;
  await pause();
  expect(turns).toBe(2);
});
