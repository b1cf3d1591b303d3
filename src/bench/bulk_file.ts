import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import { z } from "zod";
import { sampleLead } from "./sample_lead.ts";

const Lead = z.record(z.string(), z.string());

/** A CSV file of the sample leads 0 to `count` - 1; answers its columns. */
export async function writeBulkFile(path: string, count: number): Promise<string[]> {
  const stream = createWriteStream(path);
  const columns = Object.keys(Lead.parse(JSON.parse(sampleLead(0))));
  let text = `${columns.join(",")}\n`;
  for (let n = 0; n < count; n += 1) {
    text += `${Object.values(Lead.parse(JSON.parse(sampleLead(n))))
      .map(cell)
      .join(",")}\n`;
    if (text.length < 1_000_000) continue;
    if (!stream.write(text)) await once(stream, "drain");
    text = "";
  }
  stream.end(text);
  await finished(stream);
  return columns;
}

function cell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
