import { describe, expect, it } from "vitest";
import { createBeacons, type SendBeacon } from "./beacons.ts";

const url = "https://example.org/coordinator.CoordinatorService/SendHeartbeat";
const frame = new Uint8Array([0, 0, 0, 0, 2, 10, 0]);

const recording = (
  answer: () => boolean,
): { sent: { url: string; body: Blob }[]; send: SendBeacon } => {
  const sent: { url: string; body: Blob }[] = [];
  return {
    sent,
    send: (to, body) => {
      sent.push({ url: to, body });
      return answer();
    },
  };
};

describe("a beacon", () => {
  it("carries the frame as it is, typed as gRPC-Web", async () => {
    const { sent, send } = recording(() => true);
    const answer = createBeacons(send).send({ type: "beacon", id: 7, url, frame });
    expect(answer).toEqual({ type: "beacon-sent", id: 7, queued: true });
    expect(sent[0]?.url).toBe(url);
    expect(sent[0]?.body.type).toBe("application/grpc-web+proto");
    expect(new Uint8Array((await sent[0]?.body.arrayBuffer()) ?? [])).toEqual(frame);
  });

  it.each<[string, () => boolean]>([
    ["the browser refuses (quota, size)", () => false],
    [
      "the browser throws",
      () => {
        throw new TypeError("URL not valid");
      },
    ],
  ])("is answered as not queued when %s", (_what, answer) => {
    const beacons = createBeacons(recording(answer).send);
    expect(beacons.send({ type: "beacon", id: 1, url, frame }).queued).toBe(false);
  });

  it("takes a frame in shared memory", () => {
    const shared = new Uint8Array(new SharedArrayBuffer(4));
    const { sent, send } = recording(() => true);
    createBeacons(send).send({ type: "beacon", id: 1, url, frame: shared });
    expect(sent[0]?.body.size).toBe(4);
  });
});

describe("the goodbye", () => {
  it("is not sent when there is none", () => {
    const { sent, send } = recording(() => true);
    createBeacons(send).sayGoodbye();
    expect(sent).toHaveLength(0);
  });

  it("is the newest frame, sent at once", () => {
    const { sent, send } = recording(() => true);
    const beacons = createBeacons(send);
    beacons.keepGoodbye({ type: "goodbye", url, frame: new Uint8Array(3) });
    beacons.keepGoodbye({ type: "goodbye", url, frame: new Uint8Array(5) });
    beacons.sayGoodbye();
    expect(sent.map(({ body }) => body.size)).toEqual([5]);
  });

  it("is taken back by null", () => {
    const { sent, send } = recording(() => true);
    const beacons = createBeacons(send);
    beacons.keepGoodbye({ type: "goodbye", url, frame });
    beacons.keepGoodbye({ type: "goodbye", url, frame: null });
    beacons.sayGoodbye();
    expect(sent).toHaveLength(0);
  });
});
