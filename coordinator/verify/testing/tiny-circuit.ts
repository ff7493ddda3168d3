/**
 * A circom-like module written byte by byte: one input signal, two wires, and a body of our choice for the function that
 * computes. Source of the encoding: WebAssembly core specification 2.0, chapter 5.
 */
import type { Curve } from "../../../src/domain/circuit.ts";
import { scalarPrime } from "../../../src/domain/circuit.ts";

export type TinyBehaviour = "satisfied" | "unsatisfied" | "loop" | "bomb" | "trap";

const I32 = 0x7f;
/** Code of circom's exception for a broken constraint. */
const ASSERT_FAILED = 4;

const unsigned = (value: number): readonly number[] =>
  value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
const signed = (value: number): readonly number[] => {
  const low = value & 0x7f;
  const rest = value >> 7;
  const done = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0);
  return done ? [low] : [low | 0x80, ...signed(rest)];
};
const list = (items: readonly (readonly number[])[]): readonly number[] => [
  ...unsigned(items.length),
  ...items.flat(),
];
const section = (id: number, content: readonly number[]): readonly number[] => [
  id,
  ...unsigned(content.length),
  ...content,
];
const text = (value: string): readonly number[] => {
  const bytes = [...Buffer.from(value)];
  return [...unsigned(bytes.length), ...bytes];
};
const constant = (value: number): readonly number[] => [0x41, ...signed(value)];

/** Function types by index: what takes how many numbers and gives how many. */
const shapes = [
  [0, 0],
  [1, 0],
  [0, 1],
  [2, 1],
  [3, 0],
] as const;

const bodies: Readonly<Record<TinyBehaviour, readonly number[]>> = {
  satisfied: [],
  unsatisfied: [...constant(ASSERT_FAILED), 0x10, 0],
  // loop: br 0
  loop: [0x03, 0x40, 0x0c, 0, 0x0b],
  // loop: memory.fill(memory.grow(256 pages) * 64 KiB, 1, 16 MiB); br 0
  bomb: [
    ...[0x03, 0x40, ...constant(256), 0x40, 0, ...constant(65_536), 0x6c],
    ...[...constant(1), ...constant(256 * 65_536), 0xfc, 0x0b, 0, 0x0c, 0, 0x0b],
  ],
  trap: [0x00],
};

export type TinyOptions = {
  readonly behaviour: TinyBehaviour;
  readonly curve?: Curve;
  /** Name of the imported callback. */
  readonly imported?: string;
};

export const tinyCircuit = ({
  behaviour,
  curve = "bn128",
  imported = "exceptionHandler",
}: TinyOptions): Uint8Array<ArrayBuffer> => {
  // Name, index of its shape, body.
  const functions: readonly (readonly [string, number, readonly number[]])[] = [
    ["getVersion", 2, constant(2)],
    ["getFieldNumLen32", 2, constant(8)],
    ["getSharedRWMemoryStart", 2, constant(0)],
    ["getInputSize", 2, constant(1)],
    ["getWitnessSize", 2, constant(2)],
    ["getMessageChar", 2, constant(0)],
    ["getInputSignalSize", 3, constant(1)],
    ["init", 1, []],
    ["getWitness", 1, []],
    // The prime lies in memory from the start.
    ["getRawPrime", 0, []],
    ["setInputSignal", 4, bodies[behaviour]],
  ];
  const prime = Buffer.from(scalarPrime[curve].toString(16).padStart(64, "0"), "hex").reverse();
  const code = functions.map(([, , body]) => {
    const whole = [0, ...body, 0x0b];
    return [...unsigned(whole.length), ...whole];
  });
  const exported = functions.map(([name], index) => [...text(name), 0, ...unsigned(index + 1)]);
  const type = ([takes, gives]: readonly [number, number]): readonly number[] => [
    0x60,
    ...list(Array.from({ length: takes }, () => [I32])),
    ...list(Array.from({ length: gives }, () => [I32])),
  ];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, list(shapes.map(type))),
    ...section(2, list([[...text("runtime"), ...text(imported), 0, 1]])),
    ...section(3, list(functions.map(([, shape]) => [shape]))),
    ...section(5, list([[0, 1]])),
    ...section(7, list([[...text("memory"), 2, 0], ...exported])),
    ...section(10, list(code)),
    ...section(11, list([[0, ...constant(0), 0x0b, ...unsigned(prime.length), ...prime]])),
  ]);
};
