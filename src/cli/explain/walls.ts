import { configure } from "../configuration.ts";
import { attach } from "../find_running.ts";
import { look } from "../organization.ts";
import { CommandError, EXIT } from "../outcome.ts";
import { note, say, sayJson, table } from "../output.ts";
import { requireFilter, requireOne } from "../require_filter.ts";

export type WallOptions = {
  role?: string;
  territory?: string;
  object?: string;
  verb?: string;
  csv?: true;
  json?: true;
};

type Right = {
  object: string;
  verb: string;
  door: string;
  action: string | null;
  role: string | null;
  scope: string | null;
  withheld: string[];
};
type Holders = { territory: string; door: string; role: string; actors: string[] };

const ROLES = ["rep", "manager", "operations", "viewer", "admin"];

/**
 * What each role may do where. A role may the same in every territory that it reaches, so the table says once what it may
 * and once who holds it where; CSV and JSON multiply the two. Fails when something is granted that no permission covers.
 */
export async function walls(options: WallOptions): Promise<void> {
  const { urls, stop } = await attach(configure());
  try {
    const { rights, holders } = await look(urls, async (worker) => {
      await requireFilter(worker, { territory: options.territory });
      return {
        rights: (await worker.query<Right>("select * from app_private.walls()")).rows,
        holders: (await worker.query<Holders>(HOLDERS)).rows,
      };
    });
    const faults = rights.filter(({ role }) => role === null);
    requireKnown(options, rights);
    const wanted = rights.filter((right) => matches(right, options));
    const where = holders.filter(
      ({ territory, role }) => fits(territory, options.territory) && fits(role, options.role),
    );
    if (wanted.length === 0 || where.length === 0)
      throw new CommandError(EXIT.failed, "No role may that there.");
    if (options.json) sayJson(multiply(wanted, where));
    else if (options.csv) sayCsv(multiply(wanted, where));
    else sayTables(wanted, where);
    for (const { object, verb } of faults) note(`granted without a permission: ${verb} on ${object}`);
    if (faults.length > 0) process.exitCode = EXIT.failed;
  } finally {
    await stop();
  }
}

/** A misspelt word would look like a wall: "no role may that there". */
function requireKnown(options: WallOptions, rights: readonly Right[]): void {
  const known = (words: readonly string[]) => [...new Set(words)].sort();
  if (options.role !== undefined) requireOne("role", options.role, ROLES);
  if (options.object !== undefined)
    requireOne("object", options.object, known(rights.map(({ object }) => object)));
  if (options.verb !== undefined) requireOne("verb", options.verb, known(rights.map(({ verb }) => verb)));
}

function matches({ role, object, verb }: Right, options: WallOptions): boolean {
  return fits(role ?? "", options.role) && fits(object, options.object) && fits(verb, options.verb);
}

function fits(value: string, wanted: string | undefined): boolean {
  return wanted === undefined || value === wanted;
}

type Cell = Omit<Right, "role" | "scope"> & {
  role: string;
  territory: string;
  scope: string | null;
  actors: string[];
};

function multiply(rights: Right[], holders: Holders[]): Cell[] {
  return holders.flatMap(({ territory, door, role, actors }) =>
    rights
      .filter((right) => right.door === door && right.role === role)
      .map((right) => ({ ...right, role, territory, actors })),
  );
}

const COLUMNS = [
  "role",
  "territory",
  "object",
  "verb",
  "scope",
  "door",
  "action",
  "actors",
  "withheld",
] as const;

/** Every cell is made of slugs and names of the catalog: none needs quotes. */
function sayCsv(cells: Cell[]): void {
  say(COLUMNS.join(","));
  for (const cell of cells) say(COLUMNS.map((column) => textOf(cell[column])).join(","));
}

function textOf(value: string | string[] | null): string {
  return Array.isArray(value) ? value.join(" ") : (value ?? "");
}

function sayTables(rights: Right[], holders: Holders[]): void {
  const places = [...new Set(holders.map(({ territory, door }) => `${territory} ${door}`))];
  const held = places.map((place) => [
    ...place.split(" "),
    ...ROLES.map((role) => {
      const found = holders.find((one) => `${one.territory} ${one.door}` === place && one.role === role);
      return found === undefined ? "" : abbreviated(found.actors);
    }),
  ]);
  for (const line of table([["territory", "door", ...ROLES], ...held])) say(line);
  say("");
  const verbs = [...new Set(rights.map(({ object, verb, action }) => `${object} ${verb} ${action ?? ""}`))];
  const allowed = verbs.map((key) => {
    const [object = "", verb = ""] = key.split(" ");
    const these = rights.filter((one) => `${one.object} ${one.verb} ${one.action ?? ""}` === key);
    const scopes = ROLES.map((role) => these.find((one) => one.role === role)?.scope ?? "");
    return [object, verb, ...scopes, these[0]?.withheld.join(" ") ?? ""];
  });
  for (const line of table([["object", "verb", ...ROLES, "columns withheld"], ...allowed])) say(line);
}

function abbreviated(actors: string[]): string {
  return actors.length > 3 ? `${actors.slice(0, 2).join(" ")} +${actors.length - 2}` : actors.join(" ");
}

const HOLDERS = `
  select territories.slug as territory, case actors.kind when 'bi_login' then 'bi' else 'graphql' end as door, territory_grants.role,
         array_agg(actors.slug order by actors.slug) as actors
    from app_private.territory_grants
    join app_public.actors on actors.id = territory_grants.actor_id and actors.is_active
    join app_public.territories on territories.id = territory_grants.territory_id
   group by territories.path, 1, 2, 3
   order by territories.path, 2 desc, 3`;
