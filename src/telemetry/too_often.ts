/** Asked with a subject, says whether it was already let through within `intervalMs`: for log lines under load. */
export function tooOften(intervalMs: number): (subject: string) => boolean {
  const lastAt = new Map<string, number>();
  return (subject) => {
    const now = performance.now();
    const last = lastAt.get(subject);
    if (last !== undefined && now - last < intervalMs) return true;
    if (lastAt.size > 1_000) lastAt.clear();
    lastAt.set(subject, now);
    return false;
  };
}
