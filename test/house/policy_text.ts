/**
 * Columns in the expressions of a policy file that do not say their table: inside a subquery such a name binds to the
 * inner table first, and a wall that compares a column with itself stands open without an error.
 */
export function unqualifiedColumns(sql: string, columns: readonly string[]): string[] {
  const names = new RegExp(String.raw`(?<![.\w])(?:${columns.join("|")})(?![.\w(])`, "g");
  return expressions(sql.replace(/--.*$/gm, "").replace(/'[^']*'/g, "''")).flatMap((text) =>
    [...text.matchAll(names)].map(([name]) => name),
  );
}

/** What stands between the parentheses of each `using` and `with check`. */
function expressions(sql: string): string[] {
  return [...sql.matchAll(/\b(?:using|with check)\s*\(/g)].map((match) => {
    const start = match.index + match[0].length;
    let depth = 1;
    let end = start;
    for (; depth > 0 && end < sql.length; end += 1) {
      if (sql[end] === "(") depth += 1;
      if (sql[end] === ")") depth -= 1;
    }
    return sql.slice(start, end - 1);
  });
}
