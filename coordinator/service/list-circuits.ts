/** ListCircuits: the current version of each circuit, open to everybody. */
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { ListCircuitsResponseSchema } from "../../src/gen/proving/v1/circuit_pb.ts";
import { circuitMessage } from "./circuit-message.ts";
import type { Services } from "./services.ts";

export const listCircuits =
  (services: Services) => (): MessageInitShape<typeof ListCircuitsResponseSchema> => ({
    circuits: services.registry.current().map(circuitMessage),
  });
