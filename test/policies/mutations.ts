/** What a mutation is used on: one thing of each kind, all in one territory. */
export type Target = {
  leadId: string;
  exceptionId: string;
  taskId: string;
  approvalId: string;
  captureId: string;
  keyHolder: string;
  keyPrefix: string;
  /** Slugs: of the territory, its client, a path, somebody who works there, and two who may be asked there. */
  territory: string;
  boundary: string;
  path: string;
  person: string;
  handler: string;
};

/** `action` of app_private.permissions that it asks for, and one use of it. */
export type Use = { action: string; args: (target: Target) => Record<string, unknown> };

/** Every mutation, under its name in SQL. */
export const MUTATIONS: Record<string, Use> = {
  accept_lead: { action: "work_lead", args: ({ leadId }) => ({ lead_id: leadId }) },
  acknowledge_exception: {
    action: "handle_exception",
    args: ({ exceptionId }) => ({ exception_id: exceptionId }),
  },
  assign_exception: {
    action: "handle_exception",
    args: ({ exceptionId, handler }) => ({ exception_id: exceptionId, owner: handler }),
  },
  bulk_reassign_leads: { action: "reassign_lead", args: ({ person }) => ({ from_owner: person }) },
  cancel_realignment: { action: "realign", args: ({ boundary }) => ({ boundary }) },
  capture_lead: { action: "capture", args: ({ path }) => ({ path, payload: { email: "a@example.com" } }) },
  change_lead_status: {
    action: "work_lead",
    args: ({ leadId }) => ({ lead_id: leadId, status: "qualified" }),
  },
  claim_lead: { action: "claim_lead", args: ({ leadId }) => ({ lead_id: leadId }) },
  comment_exception: {
    action: "handle_exception",
    args: ({ exceptionId }) => ({ exception_id: exceptionId, text: "Seen." }),
  },
  complete_task: { action: "work_lead", args: ({ taskId }) => ({ task_id: taskId }) },
  correct_capture: {
    action: "work_quarantine",
    args: ({ captureId }) => ({ capture_id: captureId, corrections: { "/email": "a@example.com" } }),
  },
  create_api_key: {
    action: "administer",
    args: ({ keyHolder }) => ({ actor: keyHolder, operations: ["read"] }),
  },
  decide_approval: {
    action: "decide_approval",
    args: ({ approvalId }) => ({ approval_id: approvalId, is_approved: true }),
  },
  decline_lead: { action: "work_lead", args: ({ leadId }) => ({ lead_id: leadId, reason: "No time." }) },
  discard_captures: {
    action: "work_quarantine",
    args: ({ captureId }) => ({ capture_ids: [captureId], reason: "spam" }),
  },
  edit_account: {
    action: "edit_account",
    args: ({ territory }) => ({ territory, domain: "matrix.example" }),
  },
  edit_lead: {
    action: "edit_lead",
    args: ({ leadId }) => ({ lead_id: leadId, fields: { first_name: "Ana" } }),
  },
  erase_lead: { action: "erase_person", args: ({ leadId }) => ({ lead_id: leadId }) },
  exempt_from_realignment: { action: "realign", args: ({ boundary }) => ({ boundary, lead_ids: [] }) },
  export_person: { action: "export_person", args: ({ leadId }) => ({ lead_id: leadId }) },
  log_activity: { action: "work_lead", args: ({ leadId }) => ({ lead_id: leadId, kind: "call" }) },
  merge_leads: { action: "merge_leads", args: ({ leadId }) => ({ survivor_id: leadId, merged_id: leadId }) },
  pause_clock: {
    action: "work_lead",
    args: ({ leadId }) => ({ lead_id: leadId, reason: "On holiday", until: soon() }),
  },
  reassign_lead: {
    action: "reassign_lead",
    args: ({ leadId, person }) => ({ lead_id: leadId, owner: person }),
  },
  record_consent: {
    action: "work_lead",
    args: ({ leadId }) => ({ lead_id: leadId, purpose: "marketing", state: "withdrawn", text_version: "1" }),
  },
  release_captures: { action: "work_quarantine", args: ({ captureId }) => ({ capture_ids: [captureId] }) },
  reopen_exception: {
    action: "handle_exception",
    args: ({ exceptionId }) => ({ exception_id: exceptionId, reason: "It came back." }),
  },
  request_approval: {
    action: "work_lead",
    args: ({ leadId, handler }) => ({ approver: handler, reason: "20 % off", lead_id: leadId }),
  },
  resolve_exception: {
    action: "handle_exception",
    args: ({ exceptionId }) => ({ exception_id: exceptionId, outcome: "done" }),
  },
  resume_clock: { action: "work_lead", args: ({ leadId }) => ({ lead_id: leadId }) },
  revalidate_captures: { action: "work_quarantine", args: ({ captureId }) => ({ capture_ids: [captureId] }) },
  revoke_api_key: { action: "administer", args: ({ keyPrefix }) => ({ prefix: keyPrefix }) },
  schedule_realignment: { action: "realign", args: ({ boundary }) => ({ boundary }) },
  set_absence: { action: "reassign_lead", args: ({ person }) => ({ actor: person, starts_at: soon() }) },
  set_notification_preferences: { action: "own_settings", args: ({ person }) => ({ actor: person }) },
  suppress_person: { action: "work_lead", args: ({ leadId }) => ({ lead_id: leadId }) },
  undo_lead_edits: {
    action: "edit_lead",
    args: ({ leadId }) => ({ lead_id: leadId, fields: ["first_name"] }),
  },
  unmerge_lead: { action: "merge_leads", args: ({ leadId }) => ({ lead_id: leadId }) },
  unsuppress_person: { action: "lift_suppression", args: ({ leadId }) => ({ lead_id: leadId }) },
};

/** What an argument of a mutation points at, by its name there. */
export const POINTS_AT: Record<string, keyof Target> = {
  lead_id: "leadId",
  lead_ids: "leadId",
  survivor_id: "leadId",
  merged_id: "leadId",
  exception_id: "exceptionId",
  task_id: "taskId",
  approval_id: "approvalId",
  capture_id: "captureId",
  capture_ids: "captureId",
  prefix: "keyPrefix",
  territory: "territory",
  boundary: "boundary",
  path: "path",
  owner: "person",
  from_owner: "person",
  to_owner: "person",
  approver: "person",
  actor: "person",
};

/** What points at nothing: words, times, switches, and what is looked for in one's own territory alone. */
export const PLAIN = new Set(
  `contract_version corrections days digest digest_time domain effective_at ends_at fields hand_over idempotency_key is_approved
   is_exempt is_response kind language muted name note occurred_at operations outcome payload purpose quiet_from quiet_until
   reason starts_at state status text text_version time_zone until with_closed`.split(/\s+/),
);

/** Nothing of it is there, for anybody. */
export const ABSENT: Target = {
  leadId: "018f0000-0000-7000-8000-000000000001",
  exceptionId: "018f0000-0000-7000-8000-000000000002",
  taskId: "018f0000-0000-7000-8000-000000000003",
  approvalId: "018f0000-0000-7000-8000-000000000004",
  captureId: "018f0000-0000-7000-8000-000000000005",
  keyHolder: "no-such-holder",
  keyPrefix: "000000000000",
  territory: "atlantis",
  boundary: "atlantis",
  path: "no-such-path",
  person: "no-such-person",
  handler: "no-such-person",
};

/** One use as a statement: arguments by their names. */
export function callOf(name: string, args: Record<string, unknown>): { sql: string; values: unknown[] } {
  const values = Object.values(args).map((value) =>
    value instanceof Object && !Array.isArray(value) ? JSON.stringify(value) : value,
  );
  const named = Object.keys(args).map((argument, index) => `${argument} => $${index + 1}`);
  return { sql: `select app_public.${name}(${named.join(", ")})`, values };
}

function soon(): string {
  return new Date(Date.now() + 86_400_000).toISOString();
}
