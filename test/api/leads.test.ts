import { expect } from "vitest";
import {
  CurrentActorDocument,
  LeadStoryDocument,
  LeadsByEmailDocument,
  TraceStoryDocument,
} from "../../graphql/generated/graphql.ts";
import { arrive } from "../support/arrive.ts";
import { test } from "./serve.ts";

const ANA = { email: "ana@example.de", first_name: "Ana", country: "DE" };

test("a rep sees the lead of their territory with owner, clock and every touch", async ({
  api,
  database,
}) => {
  await arrive(database, { path: "web-form", attributes: { ...ANA, channel: "newsletter" } });
  await arrive(database, { path: "web-form", attributes: { ...ANA, channel: "search" } });

  const { data } = await api.ask("dora", LeadsByEmailDocument, { email: ANA.email });
  expect(data.leads).toMatchObject({
    totalCount: 1,
    nodes: [
      {
        email: ANA.email,
        territory: { slug: "de" },
        owner: { slug: expect.stringMatching(/^(dora|dirk|doris|dieter)$/) },
        slaWarnAt: expect.any(String),
        slaDueAt: expect.any(String),
        sourceEvents: {
          totalCount: 2,
          nodes: [
            { source: "web-form", channel: "newsletter" },
            { source: "web-form", channel: "search" },
          ],
        },
      },
    ],
  });
});

test("outside the territory the same question answers like one for nobody", async ({ api, database }) => {
  await arrive(database, { path: "web-form", attributes: ANA });
  const absent = await api.ask("dora", LeadsByEmailDocument, { email: "absent@example.de" });
  expect(absent.data.leads).toEqual({ totalCount: 0, nodes: [] });
  for (const stranger of ["felix", "nina", "gus", null]) {
    const { text, status } = await api.ask(stranger, LeadsByEmailDocument, { email: ANA.email });
    expect({ stranger, text, status }).toEqual({ stranger, text: absent.text, status: 200 });
  }
});

test("everything of a lead hangs on it and finds the way back", async ({ api, database }) => {
  const { captureId, traceId } = await arrive(database, { path: "web-form", attributes: ANA });
  const { data } = await api.ask<Record<string, unknown>>(
    "mona",
    `query ($trace: String!) {
      captures(filter: { traceId: { equalTo: $trace } }) { nodes {
        rowId status path { slug } exceptions { totalCount }
        lead { traceId slaPolicy { slug } team { slug }
          captures { nodes { rowId } }
          sourceEvents { nodes { capture { rowId } lead { email } territory { slug } } }
          decisions { nodes { action reason owner { slug } team { slug } actor { slug } supersededBy { rowId } } }
          assignments { nodes { endedAt owner { slug } team { slug } decision { action } } }
          clocks { nodes { stoppedAt policy { slug } escalations { totalCount } } }
          escalations { totalCount } exceptions { totalCount } activities { totalCount } } } } }`,
    { trace: traceId },
  );
  const team = { slug: "sales-de" };
  const owner = { slug: expect.any(String) };
  expect(data.captures).toMatchObject({
    nodes: [
      {
        rowId: captureId,
        status: "processed",
        path: null, // the path belongs to global, which a manager of emea does not see
        lead: {
          team,
          captures: { nodes: expect.arrayContaining([{ rowId: captureId }]) },
          sourceEvents: {
            nodes: expect.arrayContaining([expect.objectContaining({ capture: { rowId: captureId } })]),
          },
          decisions: {
            nodes: expect.arrayContaining([expect.objectContaining({ action: "assign", owner, team })]),
          },
          assignments: { nodes: [{ endedAt: null, owner, team, decision: { action: "assign" } }] },
          clocks: { nodes: [{ stoppedAt: null, escalations: { totalCount: 0 } }] },
        },
      },
    ],
  });
});

test("a trace tells the story of one arrival in order, and only to who sees it", async ({
  api,
  database,
}) => {
  const { traceId } = await arrive(database, {
    path: "web-form",
    attributes: { email: "ben@example.de", country: "DE" },
  });
  const { data } = await api.ask("dora", TraceStoryDocument, { traceId });
  expect(data.trace?.nodes.map(({ stage }) => stage)).toEqual([
    "receive",
    "resolve identity",
    "record touch",
    "route",
    "start clock",
  ]);
  const hidden = await api.ask("felix", TraceStoryDocument, { traceId });
  const absent = await api.ask("felix", TraceStoryDocument, { traceId: "0".repeat(32) });
  expect(hidden.text).toBe(absent.text);
  expect(hidden.data.trace).toEqual({ totalCount: 0, nodes: [] });
});

test("the story of a lead joins its arrivals", async ({ api, database }) => {
  const cleo = { email: "cleo@example.de", country: "DE" };
  const first = await arrive(database, { path: "web-form", attributes: cleo });
  const second = await arrive(database, { path: "web-form", attributes: cleo });
  const { data: found } = await api.ask("dora", LeadsByEmailDocument, { email: cleo.email });
  const leadId = found.leads?.nodes[0]?.rowId ?? "";

  const { data } = await api.ask("dora", LeadStoryDocument, { leadId });
  const nodes = data.lead?.story.nodes ?? [];
  expect(new Set(nodes.map(({ traceId }) => traceId))).toEqual(new Set([first.traceId, second.traceId]));
  expect(nodes.map(({ at }) => Date.parse(at))).toEqual(
    nodes.map(({ at }) => Date.parse(at)).sort((a, b) => a - b),
  );
});

test("one learns who one is, and nobody is nobody", async ({ api }) => {
  const { data } = await api.ask("felix", CurrentActorDocument);
  expect(data.currentActor).toMatchObject({ slug: "felix", name: "Félix Moreau", kind: "person" });
  expect((await api.ask(null, CurrentActorDocument)).data.currentActor).toBeNull();
});

test("leads are filtered and sorted by owner, status, score and deadline", async ({ api }) => {
  const { text } = await api.ask(
    "mona",
    `{ leads(orderBy: [SLA_DUE_AT_ASC, SCORE_DESC], filter: {
         status: { in: ["new", "contacted"] } slaDueAt: { greaterThan: "2020-01-01T00:00:00Z" }
         owner: { slug: { equalTo: "dora" } } territory: { slug: { equalTo: "de" } } ownerId: { isNull: false } }) {
       nodes { owner { slug } status slaDueAt } } }`,
  );
  const { nodes } = JSON.parse(text).data.leads;
  expect(nodes.length).toBeGreaterThan(0);
  for (const node of nodes) expect(node).toMatchObject({ owner: { slug: "dora" }, status: "new" });
});
