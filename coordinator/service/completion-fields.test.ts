import { create } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { TaskCompletionRequestSchema } from "../../src/gen/coordinator_pb.ts";
import { completionFields } from "./completion-fields.ts";

const fieldsOf = (metadata: object) =>
  completionFields(
    create(TaskCompletionRequestSchema, {
      proofData: new Uint8Array(256),
      proofMetadataJson: Buffer.from(
        JSON.stringify({ protocol: "groth16", curve: "bn128", publicSignals: ["3"], ...metadata }),
      ),
    }),
  );

describe("completionFields", () => {
  it.each(["bn128", "bls12381"])("takes the curve %s", (curve) => {
    expect(fieldsOf({ curve })).toMatchObject({ curve, publicSignals: ["3"] });
  });

  it.each(["", "bn128\u0000", "x".repeat(50_000)])("refuses any other curve", (curve) => {
    expect(() => fieldsOf({ curve })).toThrow("proof_metadata_json");
  });
});
