import { readFiles } from "./files.ts";

export type SqlFunction = {
  name: string;
  path: string;
  /** From `create` to the semicolon behind its options, without comments. */
  text: string;
  /** Lines of code: blank ones and comments do not count. */
  lines: number;
};

/** Every function that the fixtures make. */
export function sqlFunctions(): SqlFunction[] {
  return readFiles("db/fixtures/functions", ".sql").flatMap(({ path, text }) => {
    const blocks = withoutComments(text).match(
      /^create or replace function \w+\.\w+\((?:[^$;]*?^ {2}return [^;]*;|(?:(?!^create )[\s\S])*?(?:^\$\$ language[^;]*;|^end;))/gm,
    );
    return (blocks ?? []).map((block) => ({
      name: /function (\w+\.\w+)/.exec(block)?.[1] ?? "",
      path,
      text: block,
      lines: block.split("\n").filter((line) => line.trim() !== "").length,
    }));
  });
}

export function withoutComments(sql: string): string {
  return sql.replace(/(^|\s)--.*$/gm, "$1");
}
