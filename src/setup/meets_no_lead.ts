/** Leads carry their fields normalized: what a rule says otherwise meets none of them. Answers null where it may. */
export function meetsNoLead(text: string, normalize: (text: string) => string | undefined): string | null {
  const known = normalize(text);
  if (known === text) return null;
  return `"${text}" meets no lead${known === undefined ? "" : `; leads say "${known}"`}`;
}
