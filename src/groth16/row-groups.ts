/**
 * A key's matrices in the form that frRows takes (kernels/matrix): rows of one length side by side, one a lane, each entry
 * a wire and the number of its coefficient.
 */
import { DistinctValues } from "./distinct-values.ts";
import type { Resumable } from "./resumable.ts";
import { COEFFICIENT_BYTES, type Matrices } from "./zkey.ts";

export type RowShape = {
  readonly lanes: number;
  /** Bytes of an element: rows, wires and coefficients are given as byte offsets. */
  readonly bytes: number;
};

export type RowGroups = {
  readonly groups: Uint32Array;
  /** Where a call may begin or end: indices into `groups`, from 0 to its length. */
  readonly cuts: readonly number[];
};

export type GroupedMatrices = {
  readonly a: RowGroups;
  readonly b: RowGroups;
  /** As in the key, 32 bytes each; the first is 0. */
  readonly coefficients: Uint8Array;
};

export function* groupMatrices(matrices: Matrices, shape: RowShape): Resumable<GroupedMatrices> {
  const { records, count, domainSize } = matrices;
  const view = new DataView(records.buffer, records.byteOffset, records.byteLength);
  const values = new DistinctValues();
  const numbers = new Uint32Array(count);
  for (let from = 0; from < count; from += ENTRIES_PER_STEP) {
    const to = Math.min(from + ENTRIES_PER_STEP, count);
    for (let index = from; index < to; index += 1) {
      numbers[index] = values.numberOf(view, index * COEFFICIENT_BYTES + VALUE_AT);
    }
    yield;
  }
  const entries = { view, numbers, count };
  const rowsOfA = sortByRow(entries, A, domainSize);
  yield;
  const a = groupRows(rowsOfA, shape);
  yield;
  const rowsOfB = sortByRow(entries, B, domainSize);
  yield;
  return { a, b: groupRows(rowsOfB, shape), coefficients: values.bytes };
}

/** Numbering these takes some ten milliseconds on a desktop. */
const ENTRIES_PER_STEP = 2 ** 17;

const A = 0;
const B = 1;
const ROW_AT = 4;
const WIRE_AT = 8;
const VALUE_AT = 12;

type Entries = { readonly view: DataView; readonly numbers: Uint32Array; readonly count: number };

type SparseRows = {
  /** Entries of row r are those from starts[r] below starts[r + 1]. */
  readonly starts: Uint32Array;
  readonly wires: Uint32Array;
  readonly values: Uint32Array;
};

/** A counting sort: zkeys are in the order of rows, but nobody promises it. */
const sortByRow = (entries: Entries, matrix: number, rows: number): SparseRows => {
  const { view, numbers, count } = entries;
  const starts = new Uint32Array(rows + 1);
  eachRecord(entries, matrix, (at) => {
    increment(starts, view.getUint32(at + ROW_AT, true) + 1);
  });
  for (let row = 0; row < rows; row += 1) add(starts, row + 1, item(starts, row));
  const next = starts.slice();
  const wires = new Uint32Array(item(starts, rows));
  const values = new Uint32Array(wires.length);
  if (count === 0) return { starts, wires, values };
  eachRecord(entries, matrix, (at, index) => {
    const place = increment(next, view.getUint32(at + ROW_AT, true));
    wires[place] = view.getUint32(at + WIRE_AT, true);
    values[place] = item(numbers, index);
  });
  return { starts, wires, values };
};

const eachRecord = (
  { view, count }: Entries,
  matrix: number,
  body: (at: number, index: number) => void,
): void => {
  for (let index = 0; index < count; index += 1) {
    const at = index * COEFFICIENT_BYTES;
    if (view.getUint32(at, true) === matrix) body(at, index);
  }
};

/** Entries of one call, about: some milliseconds on a desktop. */
const ENTRIES_PER_CALL = 2 ** 17;

const groupRows = (rows: SparseRows, { lanes, bytes }: RowShape): RowGroups => {
  const order = byLength(rows.starts);
  const lengthOf = (place: number): number => rowLength(rows.starts, item(order, place));
  let size = 0;
  // Rows come with their lengths rising: the last of a group is the longest.
  for (let first = 0; first < order.length; first += lanes) {
    size += 1 + lanes + 2 * lanes * lengthOf(first + lanes - 1);
  }
  const groups = new Uint32Array(size);
  const cuts = [0];
  let at = 0;
  let sinceCut = 0;
  for (let first = 0; first < order.length; first += lanes) {
    const length = lengthOf(first + lanes - 1);
    groups[at] = length;
    for (let lane = 0; lane < lanes; lane += 1) {
      const row = item(order, first + lane);
      groups[at + 1 + lane] = row * bytes;
      writeRow(groups, { at: at + 1 + lanes + 2 * lane, stride: 2 * lanes }, { rows, row, bytes });
    }
    at += 1 + lanes + 2 * lanes * length;
    sinceCut += lanes * (1 + length);
    if (sinceCut < ENTRIES_PER_CALL) continue;
    cuts.push(at);
    sinceCut = 0;
  }
  return { groups, cuts: cuts.at(-1) === size ? cuts : [...cuts, size] };
};

type Place = { readonly at: number; readonly stride: number };
type OneRow = { readonly rows: SparseRows; readonly row: number; readonly bytes: number };

/** What a shorter row leaves as it was is wire 0 times coefficient 0. */
const writeRow = (groups: Uint32Array, place: Place, { rows, row, bytes }: OneRow): void => {
  let { at } = place;
  for (let entry = item(rows.starts, row); entry < item(rows.starts, row + 1); entry += 1) {
    groups[at] = item(rows.wires, entry) * bytes;
    groups[at + 1] = item(rows.values, entry) * bytes;
    at += place.stride;
  }
};

/** Rows by their lengths, those of one length in their order, so that neighbours find neighbours' wires. */
const byLength = (starts: Uint32Array): Uint32Array => {
  const rows = starts.length - 1;
  let longest = 0;
  for (let row = 0; row < rows; row += 1) longest = Math.max(longest, rowLength(starts, row));
  const next = new Uint32Array(longest + 2);
  for (let row = 0; row < rows; row += 1) increment(next, rowLength(starts, row) + 1);
  for (let length = 0; length <= longest; length += 1) add(next, length + 1, item(next, length));
  const order = new Uint32Array(rows);
  for (let row = 0; row < rows; row += 1) order[increment(next, rowLength(starts, row))] = row;
  return order;
};

const rowLength = (starts: Uint32Array, row: number): number =>
  item(starts, row + 1) - item(starts, row);

/** Indices are within by construction. */
const item = (list: Uint32Array, index: number): number => list[index] ?? 0;
const add = (list: Uint32Array, index: number, by: number): void => {
  list[index] = item(list, index) + by;
};
/** Gives the value from before. */
const increment = (list: Uint32Array, index: number): number => {
  const before = item(list, index);
  list[index] = before + 1;
  return before;
};
