import { makeRandom } from "../../cli/demo/random.ts";
import { leads } from "./lead_shape.ts";
import { births, census, linked, messy } from "./person_shapes.ts";
import type { Shape } from "./shape.ts";

/** Five shapes in which people come. The same seed and size make the same files. `size` is about the rows of each. */
export function makeShapes({ seed, size }: { seed: number; size: number }): Shape[] {
  const makers = [census, messy, births, linked, leads];
  return makers.map((make, position) => make(makeRandom(seed * 101 + position), size));
}
