import { afterEach, expect, it, vi } from "vitest";
import { openStorage } from "./storage.ts";

class FakeRequest extends EventTarget {
  readonly error: Error;
  constructor(message: string) {
    super();
    this.error = new Error(message);
    queueMicrotask(() => this.dispatchEvent(new Event("error")));
  }
}

afterEach(() => {
  vi.unstubAllGlobals();
});

it("tries to open the database again after it could not be opened", async () => {
  const messages = ["the disk is busy", "the disk is still busy"];
  const open = vi.fn(() => new FakeRequest(messages.shift() ?? "asked too often"));
  vi.stubGlobal("indexedDB", { open });
  vi.stubGlobal("IDBRequest", FakeRequest);
  const classes = ["IDBDatabase", "IDBObjectStore", "IDBIndex", "IDBCursor", "IDBTransaction"];
  for (const name of classes) vi.stubGlobal(name, EventTarget);
  const { values } = openStorage("test");
  const failure = (message: string) => ({ code: "platform", message });
  await expect(values.get("a")).rejects.toMatchObject(failure("the disk is busy"));
  await expect(values.get("a")).rejects.toMatchObject(failure("the disk is still busy"));
  expect(open).toHaveBeenCalledTimes(2);
});
