/** A rule over text columns, in the order of its list: of equally specific ones the first wins. */
export type Rule = { territory: string; position: number } & { [column in Column]?: string };
export type Lead = { [field in Field]?: string };

const COLUMNS = ["country", "postal_prefix", "company_domain", "segment", "language", "source"] as const;
type Column = (typeof COLUMNS)[number];
type Field = Exclude<Column, "postal_prefix" | "source"> | "postal_code";

const COUNTRIES = ["DE", "FR", "GB", "US", "BR", "NL", "CH", "AT", "ES", "IT"];

/** Rules as companies write them: most by country and postal prefix, some by company, segment or language. */
export function drawRules(size: number, territories: number): Rule[] {
  const draw = makeDraw(size);
  const seen = new Map<string, Rule>();
  while (seen.size < size) {
    const columns = drawColumns(draw, seen.size);
    const key = JSON.stringify(columns);
    if (seen.has(key)) continue;
    seen.set(key, { territory: `patch-${draw(territories)}`, position: seen.size + 1, ...columns });
  }
  return [...seen.values()];
}

function drawColumns(draw: (below: number) => number, n: number): { [column in Column]?: string } {
  const country = COUNTRIES[draw(COUNTRIES.length)] ?? "DE";
  const kind = draw(100);
  if (kind < 75) return { country, postal_prefix: digits(draw, 2 + draw(4)) };
  if (kind < 90) return { company_domain: `company-${n}.example` };
  if (kind < 97) return { country, segment: `segment-${draw(200)}`, postal_prefix: digits(draw, 2) };
  return { country, language: `x${draw(1_000)}`, source: "web-form" };
}

/** Leads that some rule matches, each rule's turn coming round; or leads that none does, with the same fields. */
export function drawLeads(rules: readonly Rule[], count: number, isMatching: boolean): Lead[] {
  const draw = makeDraw(count + Number(isMatching));
  return Array.from({ length: count }, (): Lead => {
    const { country, postal_prefix, company_domain, segment, language } = rules[draw(rules.length)] ?? {};
    const lead = {
      country: country ?? "DE",
      postal_code: (postal_prefix ?? "").padEnd(5, "0"),
      company_domain: company_domain ?? "unknown.example",
      segment: segment ?? "none",
      language: language ?? "de",
    };
    return isMatching ? lead : { ...lead, country: "ZZ", company_domain: `${lead.company_domain}.x` };
  });
}

function digits(draw: (below: number) => number, length: number): string {
  return Array.from({ length }, () => draw(10)).join("");
}

/** The same numbers for the same seed. */
function makeDraw(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 4_294_967_296) * below);
  };
}
