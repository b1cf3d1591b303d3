import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import { withConnection } from "../../src/postgres/connect.ts";
import { read } from "../house/files.ts";
import { receiveOne, someone } from "../support/arrivals.ts";
import { openCase } from "../support/cases.ts";
import type { TestDatabase } from "../support/database.ts";
import { DAY, idleLead, sweepStagnant } from "../support/stagnation.ts";
import { test } from "./serve.ts";

const document = (name: string) => read(`graphql/operations/${name}.graphql`);

const CASE = `query Case($id: UUID!) {
  exceptions(filter: { rowId: { equalTo: $id } }) { nodes {
    escalationLevel owner { slug } ownerTeam { slug }
    comments { nodes { kind text actor { slug } } }
    escalations { nodes { cause fromTeam { slug } toTeam { slug } } }
    approvals { nodes { decision approver { slug } requestedBy { slug } } } } } }`;

test("a case is had, talked about, solved and opened again", async ({ api, database }) => {
  const id = await caseOf(database);
  const on = { exceptionId: id };
  const had = await api.ask("dora", document("AcknowledgeException"), on);
  expect(had.data).toMatchObject({ acknowledgeException: { exception: { owner: { slug: "dora" } } } });
  expect((await api.ask("dirk", document("AcknowledgeException"), on)).code).toBe("TAKEN");
  await api.ask("dora", document("AssignException"), { ...on, owner: "dirk" });
  await api.ask("dirk", document("CommentException"), { ...on, text: "Called." });
  await api.ask("dirk", document("ResolveException"), { ...on, outcome: "mended" });
  const again = await api.ask("mona", document("ReopenException"), { ...on, reason: "It came back." });
  expect(again.data).toMatchObject({ reopenException: { exception: { reopenings: 1 } } });
  const { data } = await api.ask("dora", CASE, { id });
  expect(data).toMatchObject({
    exceptions: {
      nodes: [
        {
          owner: null,
          ownerTeam: { slug: "sales-de" },
          comments: {
            nodes: [
              { kind: "comment", text: "Called.", actor: { slug: "dirk" } },
              { kind: "reopening", text: "It came back.", actor: { slug: "mona" } },
            ],
          },
          escalations: { nodes: [] },
        },
      ],
    },
  });
});

test("an approval is asked for and decided; its case shows it", async ({ api, database }) => {
  const id = await caseOf(database);
  const asked = await api.ask("dora", document("RequestApproval"), {
    exceptionId: id,
    approver: "mona",
    reason: "Close it?",
  });
  const approvalId = JSON.parse(asked.text).data.requestApproval.approval.rowId;
  const decided = await api.ask("mona", document("DecideApproval"), { approvalId, isApproved: true });
  expect(decided.data).toMatchObject({ decideApproval: { approval: { decision: "approved" } } });
  expect((await api.ask("dora", CASE, { id })).data).toMatchObject({
    exceptions: { nodes: [{ approvals: { nodes: [{ decision: "approved", approver: { slug: "mona" } }] } }] },
  });
});

test("a lead shows its follow-ups, and the owner ticks one off", async ({ api, database }) => {
  const leadId = await withConnection(database.urls.superuser, async (root) => {
    const lead = await idleLead(root, "dora", 8 * DAY);
    await sweepStagnant(root);
    return lead;
  });
  const TASKS = `query Tasks($id: UUID!) { leads(filter: { rowId: { equalTo: $id } }) { nodes { tasks { nodes { rowId title outcome } } } } }`;
  const open = JSON.parse((await api.ask("dora", TASKS, { id: leadId })).text);
  const [task] = open.data.leads.nodes[0].tasks.nodes;
  expect(task).toMatchObject({ title: "Follow-up required for stagnant lead.", outcome: null });
  const done = await api.ask("dora", document("CompleteTask"), { taskId: task.rowId, note: null });
  expect(done.data).toMatchObject({ completeTask: { task: { outcome: "done" } } });
});

test("what is hidden is answered byte for byte like what is absent", async ({ api, database }) => {
  const id = await caseOf(database);
  const absent = randomUUID();
  for (const [name, variables] of [
    ["AcknowledgeException", (exceptionId: string) => ({ exceptionId })],
    ["AssignException", (exceptionId: string) => ({ exceptionId, owner: "felix" })],
    ["CommentException", (exceptionId: string) => ({ exceptionId, text: "Hello?" })],
    ["ReopenException", (exceptionId: string) => ({ exceptionId, reason: "Why?" })],
    ["RequestApproval", (exceptionId: string) => ({ exceptionId, approver: "mona", reason: "Why?" })],
  ] as const) {
    const hidden = await api.ask("felix", document(name), variables(id));
    expect([name, hidden.code]).toEqual([name, "NOT_FOUND"]);
    expect(hidden.text).toBe((await api.ask("felix", document(name), variables(absent))).text);
  }
  expect((await api.ask("felix", CASE, { id })).data).toEqual({ exceptions: { nodes: [] } });
});

/** An open case of the German sales team, about a German lead. */
function caseOf(database: Pick<TestDatabase, "urls">): Promise<string> {
  return withConnection(database.urls.superuser, async (root) => {
    const { leadId } = await receiveOne(root, { attributes: someone() });
    return openCase(root, "gate_review", { leadId, path: "partner-feed" });
  });
}
