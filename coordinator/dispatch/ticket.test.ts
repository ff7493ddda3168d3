import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { attemptId, taskId, workerId } from "../../src/domain/ids.ts";
import { openTickets } from "./ticket.ts";
import type { TicketOf } from "./ticket.ts";

const known = <Id>(id: Id | undefined): Id => {
  if (id === undefined) throw new TypeError("malformed id in a test");
  return id;
};
const of: TicketOf = {
  taskId: known(taskId("t_1")),
  attemptId: known(attemptId("a1")),
  workerId: known(workerId("w:1")),
};
const [first, second, third] = [randomBytes(32), randomBytes(32), randomBytes(32)];

describe("tickets", () => {
  it("hold for what they were issued for", () => {
    const tickets = openTickets([first]);
    expect(tickets.holds(of, tickets.issue(of))).toBe(true);
    expect(tickets.issue(of)).toHaveLength(32);
  });

  it.each([
    ["another task", { ...of, taskId: known(taskId("t_2")) }],
    ["another attempt", { ...of, attemptId: known(attemptId("a2")) }],
    ["another worker", { ...of, workerId: known(workerId("w:2")) }],
  ])("do not hold for %s", (_name, other) => {
    const tickets = openTickets([first]);
    expect(tickets.holds(other, tickets.issue(of))).toBe(false);
  });

  it.each([0, 31, 33])("do not hold when they are %i bytes long", (length) => {
    expect(openTickets([first]).holds(of, new Uint8Array(length))).toBe(false);
  });

  it("hold over one rotation of the key and not over two", () => {
    const ticket = openTickets([first]).issue(of);
    expect(openTickets([second, first]).holds(of, ticket)).toBe(true);
    expect(openTickets([third, second]).holds(of, ticket)).toBe(false);
  });

  it("cannot be opened without a key", () => {
    expect(() => openTickets([])).toThrow("at least one key");
  });
});
