/** `cells` is null where the quotes do not work out; then `raw` is one line of the file. */
export type CsvRecord = { raw: string; cells: string[] | null };

export type CsvDialect = { delimiter: string; lineEnd: "\n" | "\r" };

/** More than this without an end is no row of a table. */
export const MAX_RECORD = 16 * 1024 * 1024;

export class EndlessRecord extends Error {}

/**
 * Takes CSV apart (RFC 4180), all records of a piece of text at a time. After a quote that is not closed, or closed in
 * the middle of a cell, it goes on with the next line, so that one broken row does not swallow those behind it.
 * Throws EndlessRecord for a line that has no end.
 *
 * A splitter of our own: csv-parse walks byte by byte, 16 µs for a row of 370 bytes where the whole way into the
 * database may take 66 (docs/decisions/009), and cannot go on behind a broken row.
 */
export function makeCsvSplitter({
  delimiter,
  lineEnd,
}: CsvDialect): (text: string, isLast: boolean) => CsvRecord[] {
  let rest = "";
  return (piece, isLast) => {
    const text = rest + piece;
    const records: CsvRecord[] = [];
    let at = 0;
    while (at < text.length) {
      const found = takeRecord(text, at, isLast);
      if (found === undefined) break;
      records.push(found.record);
      at = found.next;
    }
    rest = text.slice(at);
    return records;
  };

  function takeRecord(text: string, at: number, isLast: boolean): Found | undefined {
    const end = text.indexOf(lineEnd, at);
    if (end < 0 && !isLast) {
      if (text.length - at > MAX_RECORD) throw new EndlessRecord();
      return undefined;
    }
    const line = lineAt(text, at, end);
    const next = end < 0 ? text.length : end + 1;
    if (!line.includes('"')) return { record: { raw: line, cells: line.split(delimiter) }, next };
    const found = takeQuoted(text, at, isLast);
    if (found === "more" && text.length - at <= MAX_RECORD && !isLast) return undefined;
    return typeof found === "string" ? { record: { raw: line, cells: null }, next } : found;
  }

  function lineAt(text: string, at: number, end: number): string {
    const stop = end < 0 ? text.length : end;
    return text.slice(at, lineEnd === "\n" && text[stop - 1] === "\r" && stop > at ? stop - 1 : stop);
  }

  /** "more": the record goes on behind the text. "broken": something stands behind a closing quote. */
  function takeQuoted(text: string, from: number, isLast: boolean): Found | "more" | "broken" {
    const cells: string[] = [];
    for (let at = from; ; ) {
      const quoted = text[at] === '"';
      const close = quoted ? closingQuote(text, at + 1) : at - 1;
      if (close === undefined) return "more";
      const end = quoted ? close + 1 : endOfCell(text, at);
      if (end >= text.length - (quoted ? 1 : 0) && !isLast) return "more";
      const isInside = text[end] === delimiter;
      if (quoted) cells.push(text.slice(at + 1, close).replaceAll('""', '"'));
      else cells.push(isInside ? text.slice(at, end) : lineAt(text, at, end));
      if (isInside) {
        at = end + 1;
        continue;
      }
      const stop = lineEnd === "\n" && text[end] === "\r" && text[end + 1] === "\n" ? end + 1 : end;
      if (stop < text.length && text[stop] !== lineEnd) return "broken";
      return { record: { raw: lineAt(text, from, stop), cells }, next: Math.min(stop + 1, text.length) };
    }
  }

  /** Of a cell without quotes: where its delimiter or its line end stands, or the text ends. */
  function endOfCell(text: string, at: number): number {
    const [mark, end] = [text.indexOf(delimiter, at), text.indexOf(lineEnd, at)];
    if (mark < 0) return end < 0 ? text.length : end;
    return end < 0 ? mark : Math.min(mark, end);
  }
}

type Found = { record: CsvRecord; next: number };

/** A doubled quote is one of the cell's own. */
function closingQuote(text: string, from: number): number | undefined {
  for (let at = from; ; at += 2) {
    at = text.indexOf('"', at);
    if (at < 0) return undefined;
    if (text[at + 1] !== '"') return at;
  }
}
