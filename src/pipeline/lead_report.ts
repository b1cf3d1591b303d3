/** One lead as it is, and as app_private.foresee_routes answers it. Slugs; null where there is none. */
export type Foreseen = {
  lead: string;
  territoryNow: string;
  ownerNow: string | null;
  territory: string | null;
  /** Ids of the rules that won. */
  territoryRule: string | null;
  routingRule: string | null;
  gate: "automate" | "review" | "blocked" | null;
  heldBecause: string | null;
  /** Named by an account or a rule; null: the team deals. */
  owner: string | null;
  why: string | null;
  teamId: number | null;
  team: string | null;
};

type Change = { from: string; to: string; leads: number };

/** What would be otherwise than it is now, in leads. */
export type LeadReport = {
  revision: number;
  leads: number;
  territories: Change[];
  owners: Change[];
  load: { owner: string; before: number; after: number }[];
  /** Held by the gate: by what it would say. */
  held: { reason: string; leads: number }[];
  /** Would find nobody: why, and some of them. */
  nobody: { reason: string; leads: number; examples: string[] }[];
  /** How often each rule wins; those that never do stand in `neverWinning` as well. */
  rules: { kind: "territory" | "routing"; name: string; leads: number }[];
  neverWinning: string[];
  each: { lead: string; territory: string | null; owner: string | null; because: string }[];
};

/** Adds up lead after lead; what pools deal is known at the end. */
export function makeLeadReport(revision: number) {
  const each: LeadReport["each"] = [];
  const territories = new Map<string, Change>();
  const owners = new Map<string, Change>();
  const load = new Map<string, { owner: string; before: number; after: number }>();
  const held = new Map<string, number>();
  const nobody = new Map<string, { reason: string; leads: number; examples: string[] }>();
  const wins = new Map<string, number>();
  const waiting = new Map<number, Foreseen[]>();

  const carry = (name: string | null, when: "before" | "after") => {
    const owner = name ?? NOBODY;
    const one = load.get(owner) ?? { owner, before: 0, after: 0 };
    one[when] += 1;
    load.set(owner, one);
  };
  const settle = (lead: Foreseen, owner: string | null, because: string) => {
    each.push({ lead: lead.lead, territory: lead.territory, owner, because });
    carry(owner, "after");
    change(owners, lead.ownerNow, owner);
  };
  const leave = (lead: Foreseen, reason: string) => {
    const one = nobody.get(reason) ?? { reason, leads: 0, examples: [] };
    one.leads += 1;
    if (one.examples.length < EXAMPLES) one.examples.push(lead.lead);
    nobody.set(reason, one);
    settle(lead, null, reason);
  };

  return {
    add: (lead: Foreseen) => {
      carry(lead.ownerNow, "before");
      change(territories, lead.territoryNow, lead.territory);
      if (lead.territoryRule !== null) add(wins, `territory ${lead.territoryRule}`);
      if (lead.territory === null) return leave(lead, "no territory rule matches, and there is no fallback");
      if (lead.gate === "review" || lead.gate === "blocked") {
        const reason = lead.heldBecause ?? lead.gate;
        add(held, reason);
        return settle(lead, null, reason);
      }
      if (lead.routingRule !== null) add(wins, `routing ${lead.routingRule}`);
      if (lead.owner !== null) return settle(lead, lead.owner, lead.why ?? "is named");
      if (lead.teamId === null) return leave(lead, `no team takes leads in ${lead.territory} or above`);
      const queue = waiting.get(lead.teamId);
      if (queue === undefined) waiting.set(lead.teamId, [lead]);
      else queue.push(lead);
    },
    /** How many leads each team must deal. */
    dealt: (): [number, number][] => [...waiting].map(([team, leads]) => [team, leads.length]),
    /** Whom a team gives its leads, one after the other. */
    deal: (team: number, names: readonly string[]) => {
      waiting.get(team)?.forEach((lead, n) => {
        const owner = names[n];
        if (owner === undefined) leave(lead, `nobody of team ${lead.team} is there`);
        else settle(lead, owner, `next in turn of team ${lead.team}`);
      });
    },
    result: (rules: readonly { kind: "territory" | "routing"; id: number; name: string }[]): LeadReport => {
      const counted = rules.map(({ kind, id, name }) => ({
        kind,
        name,
        leads: wins.get(`${kind} ${id}`) ?? 0,
      }));
      return {
        revision,
        leads: each.length,
        territories: most(territories.values()),
        owners: most(owners.values()),
        load: [...load.values()].sort((a, b) => b.after - a.after || (a.owner < b.owner ? -1 : 1)),
        held: most([...held].map(([reason, leads]) => ({ reason, leads }))),
        nobody: most(nobody.values()),
        rules: counted,
        neverWinning: counted.filter(({ leads }) => leads === 0).map(({ kind, name }) => `${kind}: ${name}`),
        each: each.sort((a, b) => (a.lead < b.lead ? -1 : 1)),
      };
    },
  };
}

const NOBODY = "(nobody)";
const EXAMPLES = 5;

function change(changes: Map<string, Change>, before: string | null, after: string | null): void {
  const [from, to] = [before ?? NOBODY, after ?? NOBODY];
  if (from === to) return;
  const one = changes.get(`${from}\n${to}`) ?? { from, to, leads: 0 };
  one.leads += 1;
  changes.set(`${from}\n${to}`, one);
}

function add(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function most<Item extends { leads: number }>(items: Iterable<Item>): Item[] {
  return [...items].sort((a, b) => b.leads - a.leads);
}
