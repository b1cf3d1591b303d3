/** How much the door holds at once. What does not fit is answered 503 before anything is accepted. */
export type Room = {
  arrivals: number;
  bytes: number;
  readonly maxArrivals: number;
  readonly maxBytes: number;
};

export function makeRoom(limits: { maxArrivals: number; maxBytes: number } = DOOR): Room {
  return { arrivals: 0, bytes: 0, ...limits };
}

/** Arrivals between their last byte and their answer; bytes from their first byte on. */
const DOOR = { maxArrivals: 5_000, maxBytes: 64 * 1024 * 1024 };

/** What one request holds. Give it back exactly once, with `release`. */
export function makeHold(room: Room) {
  let bytes = 0;
  let waiting = 0;
  return {
    takesBytes: (more: number): boolean => {
      if (room.bytes + more > room.maxBytes) return false;
      room.bytes += more;
      bytes += more;
      return true;
    },
    takesPlace: (): boolean => {
      if (room.arrivals >= room.maxArrivals) return false;
      room.arrivals += 1;
      waiting = 1;
      return true;
    },
    release: (): void => {
      room.bytes -= bytes;
      room.arrivals -= waiting;
    },
  };
}
