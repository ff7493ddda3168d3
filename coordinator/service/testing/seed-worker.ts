/** A worker that knows only the seed's fields: native gRPC by @grpc/grpc-js from seed.proto. */
import path from "node:path";
import { credentials, loadPackageDefinition, Metadata } from "@grpc/grpc-js";
import type { ClientReadableStream, ServiceClientConstructor, ServiceError } from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";

export type SeedAssignment = {
  readonly task_id: string;
  readonly circuit_type: string;
  readonly input_data_json: Buffer;
  readonly created_at: string;
};

export type SeedAnswer = { readonly success: boolean; readonly message?: string };

export type SeedWorker = {
  readonly call: (method: string, request: object) => Promise<SeedAnswer>;
  readonly receive: (request: object) => ClientReadableStream<SeedAssignment>;
  readonly close: () => void;
};

type Callback = (error: ServiceError | null, answer: SeedAnswer) => void;
type UnaryCall = (request: object, metadata: Metadata, done: Callback) => void;
type StreamCall = (request: object, metadata: Metadata) => ClientReadableStream<SeedAssignment>;

/** With the seed's keepalive: pings every 10 s, also without calls. `token` travels as its bearer metadata. */
export const openSeedWorker = (address: string, token = ""): SeedWorker => {
  const definition = loadSync(path.join(import.meta.dirname, "seed.proto"), {
    keepCase: true,
    longs: String,
    defaults: true,
  });
  // What is loaded has the form of the proto, and no type.
  const { coordinator } = loadPackageDefinition(definition) as unknown as {
    readonly coordinator: { readonly CoordinatorService: ServiceClientConstructor };
  };
  const client = new coordinator.CoordinatorService(address, credentials.createInsecure(), {
    "grpc.keepalive_time_ms": 10_000,
    "grpc.keepalive_timeout_ms": 3_000,
    "grpc.keepalive_permit_without_calls": 1,
  });
  const metadata = new Metadata();
  if (token !== "") metadata.set("authorization", `Bearer ${token}`);
  // grpc-js makes the methods at run time, from the proto: their types are ours to say.
  const methods = client as unknown as Readonly<Record<string, UnaryCall | undefined>> & {
    readonly ReceiveTasks: StreamCall;
  };
  return {
    call: (name, request) =>
      new Promise((resolve, reject) => {
        methods[name]?.call(client, request, metadata, (error, answer) => {
          if (error === null) resolve(answer);
          else reject(error);
        });
      }),
    receive: (request) => methods.ReceiveTasks.call(client, request, metadata),
    close: () => client.close(),
  };
};
