/** Types of elements, by their number in pg_type. */
export const BYTEA = 17;
export const TEXT = 25;

/**
 * An array as PostgreSQL sends it in binary. `pg` would write each body as hex inside of text, which both sides
 * then work through; as a Buffer it goes over as it is. Measured there and back with 540-byte bodies: 30 of them
 * 0.2 instead of 0.5 ms, 500 of them 0.9 instead of 6 ms.
 */
export function binaryArray(elementType: number, elements: readonly (Buffer | string | null)[]): Buffer {
  let size = HEADER_BYTES;
  for (const element of elements) size += 4 + lengthOf(element);
  const array = Buffer.allocUnsafe(size);
  array.writeInt32BE(1, 0); // dimensions
  array.writeInt32BE(1, 4); // may hold nulls
  array.writeInt32BE(elementType, 8);
  array.writeInt32BE(elements.length, 12);
  array.writeInt32BE(1, 16); // first subscript
  let offset = HEADER_BYTES;
  for (const element of elements) {
    offset = array.writeInt32BE(element === null ? -1 : lengthOf(element), offset);
    if (typeof element === "string") offset += array.write(element, offset, "utf8");
    else if (element !== null) offset += element.copy(array, offset);
  }
  return array;
}

const HEADER_BYTES = 20;

function lengthOf(element: Buffer | string | null): number {
  if (element === null) return 0;
  return typeof element === "string" ? Buffer.byteLength(element) : element.length;
}
