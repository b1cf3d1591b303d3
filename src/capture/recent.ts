/**
 * Remembers answers for `freshMs`, those on their way included, so that many who ask at once cost one look-up. A
 * failed look-up is not remembered. `now`: milliseconds of a clock that only goes forward.
 */
export function recent<Answer>(
  look: (key: string) => Promise<Answer>,
  { freshMs, mostEntries, now }: { freshMs: number; mostEntries: number; now: () => number },
): (key: string) => Promise<Answer> {
  const entries = new Map<string, { answer: Promise<Answer>; until: number }>();
  return (key) => {
    const at = now();
    const known = entries.get(key);
    if (known !== undefined && known.until > at) return known.answer;
    entries.delete(key); // inserted again it stands last, so the first is always the oldest
    const [oldest] = entries.keys();
    if (entries.size >= mostEntries && oldest !== undefined) entries.delete(oldest);
    const answer = look(key);
    const entry = { answer, until: at + freshMs };
    entries.set(key, entry);
    answer.catch(() => {
      if (entries.get(key) === entry) entries.delete(key);
    });
    return answer;
  };
}
