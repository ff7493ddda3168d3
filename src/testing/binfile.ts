/** zkey and wtns files taken apart and put together, also wrongly. */

export type BinfileSection = { readonly id: number; readonly body: Uint8Array };

export const sectionsOf = (file: Uint8Array): readonly BinfileSection[] => {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const sections: BinfileSection[] = [];
  let at = 12;
  while (at < file.length) {
    const length = Number(view.getBigUint64(at + 4, true));
    sections.push({ id: view.getUint32(at, true), body: file.slice(at + 12, at + 12 + length) });
    at += 12 + length;
  }
  return sections;
};

export type BinfileForm = { readonly type?: string; readonly version?: number };

export const joinSections = (
  sections: readonly BinfileSection[],
  { type = "zkey", version = 1 }: BinfileForm = {},
): Uint8Array<ArrayBuffer> => {
  const file = new Uint8Array(sections.reduce((sum, { body }) => sum + 12 + body.length, 12));
  const view = new DataView(file.buffer);
  file.set(new TextEncoder().encode(type));
  view.setUint32(4, version, true);
  view.setUint32(8, sections.length, true);
  let at = 12;
  for (const { id, body } of sections) {
    view.setUint32(at, id, true);
    view.setBigUint64(at + 4, BigInt(body.length), true);
    file.set(body, at + 12);
    at += 12 + body.length;
  }
  return file;
};

/** The file with a changed body of one section. */
export const withSection = (
  file: Uint8Array,
  id: number,
  change: (body: Uint8Array, view: DataView) => Uint8Array | undefined,
): Uint8Array<ArrayBuffer> => {
  const type = new TextDecoder().decode(file.subarray(0, 4));
  const version = file[4] ?? 0;
  const sections = sectionsOf(file).map((section) => {
    if (section.id !== id) return section;
    const body = section.body.slice();
    return { id, body: change(body, new DataView(body.buffer)) ?? body };
  });
  return joinSections(sections, { type, version });
};
