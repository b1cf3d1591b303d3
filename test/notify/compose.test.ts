import { expect, test } from "vitest";
import { makeCompose } from "../../src/notify/compose.ts";
import { fill, readTemplates } from "../../src/notify/templates.ts";
import { aRow } from "./a_row.ts";

const languages = readTemplates();
const compose = makeCompose(languages, "https://leads.example");
const unassigned = {
  kind: "lead_unassigned",
  details: { minutes: 15, owner: "dora" },
  text: "as it was written",
};

test("the warning of the design is said word by word, with lead, assignee and link", () => {
  const row = aRow(unassigned);
  expect(compose([row])).toMatchObject({
    id: row.id,
    title: "Warning: A new lead was unassigned for 15 minutes.",
    items: [
      {
        lines: [`Lead: ${row.lead_id}`, "Assigned to: dora"],
        link: `https://leads.example/?lead=${row.lead_id}`,
      },
    ],
  });
});

test("so is the follow-up of a stagnant lead", () => {
  expect(compose([aRow({ kind: "task_opened" })]).title).toBe("Follow-up required for stagnant lead.");
});

test("everybody reads their own language, and English where we do not speak it", () => {
  const titles = ["de", "en", "fr"].map((language) => compose([aRow({ ...unassigned, language })]).title);
  expect(titles).toEqual([
    "Warnung: Ein neuer Lead war 15 Minuten lang niemandem zugewiesen.",
    "Warning: A new lead was unassigned for 15 minutes.",
    "Warning: A new lead was unassigned for 15 minutes.",
  ]);
  expect(compose([aRow({ language: "de" })])).toMatchObject({
    title: "Ein Lead gehört jetzt Ihnen.",
    open: "Öffnen",
  });
});

test("what has no template, or lacks a name in its details, is sent as it was written", () => {
  const rows = [
    aRow({ kind: "of_tomorrow" }),
    aRow({ ...unassigned, details: { minutes: 15 } }),
    aRow({ kind: "constructor" }),
  ];
  expect(rows.map((row) => compose([row]).title)).toEqual([
    "A new lead is yours.",
    "as it was written",
    "A new lead is yours.",
  ]);
  expect(fill("{a}{b}", { a: 1, b: null })).toBeNull();
});

test("the page that a writer named becomes the link", () => {
  const page = "/?exception=0190b7a0-0000-7000-8000-00000000000c";
  const [item] = compose([
    aRow({ kind: "of_tomorrow", text: `A case is yours now: ${page}`, lead_id: null }),
  ]).items;
  expect([item?.title, item?.link]).toEqual(["A case is yours now", `https://leads.example${page}`]);
});

test("a digest counts all and shows the first twenty", () => {
  const message = compose([aRow(), ...Array.from({ length: 24 }, () => aRow())]);
  expect([message.title, message.items.length]).toEqual(["25 messages from Catchment", 20]);
});

test("without an address of ours there is no link, and a text is one short line", () => {
  const silent = makeCompose(languages, null);
  const [item] = silent([aRow({ text: `two\r\nlines ${"x".repeat(1_000)}` })]).items;
  expect(item?.link).toBeNull();
  expect(item?.title).toMatch(/^two lines x+…$/);
  expect(item?.title).toHaveLength(400);
});

test("every language says the same kinds with the same names in them, as far as it speaks of them", () => {
  const english = languages.get("en");
  for (const [language, { kinds }] of languages) {
    for (const [kind, template] of Object.entries(kinds)) {
      const other = english?.kinds[kind];
      if (other === undefined) continue;
      expect([language, kind, namesIn(template)]).toEqual([language, kind, namesIn(other)]);
    }
    expect(Object.keys(english?.kinds ?? {}).filter((kind) => !(kind in kinds))).toEqual([]);
  }
});

function namesIn({ title, lines }: { title: string; lines: string[] }): string[] {
  return ([title, ...lines].join().match(/\{\w+\}/g) ?? []).sort();
}
