import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { stringify } from "yaml";
import { csvFormat } from "../cli/export/row_format.ts";
import type { Shape } from "./people/shape.ts";
import { makeShapes } from "./people/shapes.ts";

const USAGE = "node src/bench/people_files.ts <folder> [--seed 1] [--size 5000]";

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: "string", default: "1" }, size: { type: "string", default: "5000" } },
});
const [folder] = positionals;
if (folder === undefined) throw new Error(USAGE);
const { row } = csvFormat({ isRaw: true });
await mkdir(folder, { recursive: true });
for (const shape of makeShapes({ seed: Number(values.seed), size: Number(values.size) })) {
  const files = await writeShape(folder, shape);
  console.log(
    `npx catchment identity evaluate ${files.join(" ")} --mapping ${join(folder, `${shape.name}.yaml`)} --truth person`,
  );
}

async function writeShape(folder: string, { name, files, mapping, cellsOf }: Shape): Promise<string[]> {
  await writeFile(join(folder, `${name}.yaml`), stringify(mapping));
  return Promise.all(
    files.map(async (file) => {
      const rows = [file.columns, ...file.sightings.map(cellsOf)];
      const path = join(folder, file.name);
      await writeFile(path, rows.map((cells) => row(cells, [])).join(""));
      return path;
    }),
  );
}
