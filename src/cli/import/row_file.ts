/** A file of arrivals, one after the other, whatever its format. */
export type RowFile = {
  name: string;
  /** For a person: format, encoding and the like. */
  description: string;
  /** Undefined where rows need not have the same. */
  columns?: string[];
  bytes: number;
  /** The same for the same bytes read in the same way. 32 bytes. */
  fingerprint: Buffer;
  /** Rows in order, in constant memory, some at a time. */
  rows: (onBytes?: (count: number) => void) => AsyncGenerator<FileRow[]>;
  /** How its rows are given back with what was wrong about them: such a file is read as the original was. */
  errors: { extension: string; header: string; line: (row: FileRow, reasons: string) => string };
};

export type FileRow = {
  /** As a spreadsheet or an editor counts: the header and empty lines too, from 1. */
  number: number;
  /** What stands in the file, without its line end. */
  raw: string;
  /** The JSON that is staged. */
  body: () => string;
  /** Why the row cannot be what it should; it is kept for the contract to refuse. */
  fault?: string;
};

/** Columns that an error file adds and an import ignores. */
export const ERROR_COLUMNS = ["catchment_row", "catchment_reasons"] as const;
