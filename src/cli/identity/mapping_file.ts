import { readFile } from "node:fs/promises";
import { z } from "zod";
import { findingsOf, readYaml } from "../../setup/yaml_file.ts";
import { CommandError, EXIT, misused } from "../outcome.ts";

/** What may be compared of a person. */
const FIELDS = [
  "first_name",
  "last_name",
  "email",
  "phone",
  "company",
  "company_domain",
  "street",
  "city",
  "postal_code",
  "region",
  "country",
  "birth_date",
] as const;

const Column = z.string().trim().min(1);
const Columns = z.partialRecord(z.enum(FIELDS), z.union([Column, z.array(Column).min(1).max(10)]));

/** As it is written: a column, or several that are joined by a space. */
export type WrittenMapping = { [field in PersonField]?: string | string[] | undefined };
type PersonField = (typeof FIELDS)[number];

export type ColumnMapping = { field: PersonField; columns: string[] }[];

export function columnMapping(written: WrittenMapping): ColumnMapping {
  return FIELDS.flatMap((field) => {
    const columns = written[field];
    return columns === undefined ? [] : [{ field, columns: [columns].flat() }];
  });
}

/** Reads the flat YAML that says which columns mean what. Refuses what it does not know, with the line. */
export async function readMapping(name: string): Promise<ColumnMapping> {
  const text = await readFile(name, "utf8").catch(() => {
    throw misused(`The mapping ${name} cannot be read.`);
  });
  const { value, faults, locate } = readYaml(name, text);
  const fail = (problems: string[]) => new CommandError(EXIT.failed, problems.join("\n"));
  if (faults.length > 0) throw fail(faults);
  const unknown = Object.keys(Object(value)).filter((key) => !FIELDS.some((field) => field === key));
  if (unknown.length > 0) {
    const known = FIELDS.join(", ");
    throw fail(unknown.map((key) => `${locate([key])}: ${key} is no field. There are ${known}.`));
  }
  const parsed = Columns.safeParse(value);
  if (!parsed.success) {
    throw fail(
      findingsOf(parsed.error).map(
        ({ path }) => `${locate(path)}: ${path.join(".") || name} must be field: column, or field: [columns]`,
      ),
    );
  }
  const mapping = columnMapping(parsed.data);
  if (mapping.length === 0) throw fail([`${name} maps no field.`]);
  return mapping;
}
