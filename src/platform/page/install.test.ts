import { expect, it } from "vitest";
import { watchInstall } from "./install.ts";

const stand = () => {
  const target = new EventTarget();
  const told: boolean[] = [];
  let shown = 0;
  const prompt = (): Promise<void> => {
    shown += 1;
    return Promise.resolve();
  };
  const offer = watchInstall(target, (available) => told.push(available));
  const event = Object.assign(new Event("beforeinstallprompt", { cancelable: true }), { prompt });
  return { target, told, offer, event, shown: () => shown };
};

it("keeps the browser's offer until it is asked for, and shows it once", async () => {
  const { target, told, offer, event, shown } = stand();
  target.dispatchEvent(event);
  expect(event.defaultPrevented).toBe(true);
  expect(shown()).toBe(0);
  await offer.show();
  await offer.show();
  expect(shown()).toBe(1);
  expect(told[0]).toBe(true);
  expect(told.at(-1)).toBe(false);
});

it("withdraws the offer once the page is installed", () => {
  const { target, told, event } = stand();
  target.dispatchEvent(event);
  target.dispatchEvent(new Event("appinstalled"));
  expect(told).toEqual([true, false]);
});
