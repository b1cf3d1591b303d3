/**
 * Idempotency keys whose first request is not answered yet. The database makes a second one wait and answers it like
 * the first, which is right across processes; within one process the second is told to come back, as clients of an
 * Idempotency-Key expect it (409).
 */
export type InFlight = {
  /** Undefined: this key is under way. Else call it, once, when the answer is known. Null is never under way. */
  enter: (pathId: number, key: string | null) => (() => void) | undefined;
};

export function makeInFlight(): InFlight {
  const underWay = new Set<string>();
  return {
    enter: (pathId, key) => {
      if (key === null) return () => {};
      const name = `${pathId} ${key}`;
      if (underWay.has(name)) return undefined;
      underWay.add(name);
      return () => {
        underWay.delete(name);
      };
    },
  };
}
