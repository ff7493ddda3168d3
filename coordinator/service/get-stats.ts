/** GetStats: the state of the whole network, open to everybody. */
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { GetStatsResponseSchema } from "../../src/gen/proving/v1/network_pb.ts";
import type { Services } from "./services.ts";

export const getStats =
  (services: Services) => async (): Promise<MessageInitShape<typeof GetStatsResponseSchema>> => ({
    stats: await services.stats.network(),
  });
