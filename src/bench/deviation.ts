/** One lead of a pool: who got it, and the weights of those who could have. An owner ends in its weight, as `sales-de-5`. */
export type Dealt = { team: string; owner: string; present: readonly number[] };

/**
 * How far each member was at most from the fair share, in leads: weight over the weights of those present, lead by lead, in
 * the order in which they were dealt. By name of the member.
 */
export function deviations(deals: readonly Dealt[]): Map<string, number> {
  const distance = new Map<string, number>();
  const worst = new Map<string, number>();
  for (const { team, owner, present } of deals) {
    const whole = present.reduce((sum, weight) => sum + weight, 0);
    for (const weight of present) {
      const member = `${team}-${weight}`;
      const now = (distance.get(member) ?? 0) + weight / whole - (member === owner ? 1 : 0);
      distance.set(member, now);
      worst.set(member, Math.max(worst.get(member) ?? 0, Math.abs(now)));
    }
  }
  return worst;
}
