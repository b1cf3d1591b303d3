import { parseArgs } from "node:util";
import { measureShape } from "./people/measure_shape.ts";
import { makeShapes } from "./people/shapes.ts";
import { renderTable } from "./section.ts";

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: "string", default: "1" },
    size: { type: "string", default: "5000" },
    batch: { type: "string", default: "500" },
    shipped: { type: "boolean", default: false },
  },
});

/** `node src/bench/people_check.ts [census messy births linked leads]`: where the synthetic shapes go wrong. */
for (const shape of makeShapes({ seed: Number(values.seed), size: Number(values.size) })) {
  if (positionals.length > 0 && !positionals.includes(shape.name)) continue;
  const model = values.shipped ? "shipped" : "trained";
  const { counts, ...measures } = await measureShape(shape, { batchSize: Number(values.batch), model });
  console.log(`${shape.name} ${JSON.stringify(measures)}`);
  const rows = counts.map(({ kind, name, pairs, wrong }) => [kind, name, String(pairs), String(wrong)]);
  console.log(renderTable(["", "", "pairs", "joined, or missed"], rows));
}
