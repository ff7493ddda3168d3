/** How elements lie in a kernel's memory: one after the other, or side by side. */
type Vectors = { readonly lanes: number; /** Of an element. */ readonly bytes: number };

/** Bytes of a vector of the machine; with one lane there are none. */
const VECTOR_BYTES = 16;

/** Elements one after the other, as vectors: the limbs of as many as there are lanes alternate. */
export const toVectors = (elements: Uint8Array, layout: Vectors): Uint8Array => {
  const vectors = new Uint8Array(elements.length);
  for (const { apart, together, bytes } of limbsOf(elements.length, layout))
    vectors.set(elements.subarray(apart, apart + bytes), together);
  return vectors;
};

/** The other way. */
export const fromVectors = (vectors: Uint8Array, layout: Vectors): Uint8Array => {
  const elements = new Uint8Array(vectors.length);
  for (const { apart, together, bytes } of limbsOf(vectors.length, layout))
    elements.set(vectors.subarray(together, together + bytes), apart);
  return elements;
};

/** Where each limb lies in either form. */
const limbsOf = (length: number, { lanes, bytes: elementBytes }: Vectors) => {
  const bytes = lanes === 1 ? elementBytes : VECTOR_BYTES / lanes;
  const limbs = elementBytes / bytes;
  return Array.from({ length: length / bytes }, (_, index) => {
    const [element, limb] = [Math.floor(index / limbs), index % limbs];
    const [vector, lane] = [Math.floor(element / lanes), element % lanes];
    return {
      bytes,
      apart: index * bytes,
      together: ((vector * limbs + limb) * lanes + lane) * bytes,
    };
  });
};
