/** The database is away, full or silent: the same request may succeed in a moment. */
export class Unavailable extends Error {
  override name = "Unavailable";
}
