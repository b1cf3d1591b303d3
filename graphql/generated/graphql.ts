/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
export type AcceptLeadMutationVariables = Exact<{
  leadId: string;
}>;


export type AcceptLeadMutation = { acceptLead: { lead: { rowId: string, owner: { slug: string } | null } | null } | null };

export type BulkReassignLeadsMutationVariables = Exact<{
  fromOwner: string;
  toOwner?: string | null | undefined;
  reason?: string | null | undefined;
}>;


export type BulkReassignLeadsMutation = { bulkReassignLeads: { reassigned: number | null } | null };

export type CaptureLeadMutationVariables = Exact<{
  path: string;
  payload: unknown;
  idempotencyKey?: string | null | undefined;
}>;


export type CaptureLeadMutation = { captureLead: { receipt: { captureId: string, traceId: string, status: string } | null } | null };

export type CapturesQuarantinedQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type CapturesQuarantinedQuery = { captures: { totalCount: number, pageInfo: { hasNextPage: boolean, endCursor: string | null }, nodes: Array<{ rowId: string, outcome: string | null, traceId: string, receivedAt: string, path: { slug: string } | null, territory: { slug: string } | null }> } | null };

export type ChangeLeadStatusMutationVariables = Exact<{
  leadId: string;
  status: string;
}>;


export type ChangeLeadStatusMutation = { changeLeadStatus: { lead: { rowId: string, status: string, closedAt: string | null, firstRespondedAt: string | null } | null } | null };

export type ClaimLeadMutationVariables = Exact<{
  leadId: string;
}>;


export type ClaimLeadMutation = { claimLead: { lead: { rowId: string, ownedAt: string | null, owner: { slug: string } | null } | null } | null };

export type CorrectCaptureMutationVariables = Exact<{
  captureId: string;
  corrections: unknown;
}>;


export type CorrectCaptureMutation = { correctCapture: { capture: { captureId: string, status: string, corrections: unknown, violations: unknown } | null } | null };

export type CurrentActorQueryVariables = Exact<{ [key: string]: never; }>;


export type CurrentActorQuery = { currentActor: { rowId: number, slug: string, name: string, kind: string } | null };

export type DeclineLeadMutationVariables = Exact<{
  leadId: string;
  reason: string;
}>;


export type DeclineLeadMutation = { declineLead: { lead: { rowId: string, explanation: string | null, owner: { slug: string } | null } | null } | null };

export type DiscardCapturesMutationVariables = Exact<{
  captureIds: Array<string> | string;
  reason: string;
}>;


export type DiscardCapturesMutation = { discardCaptures: { discarded: number | null } | null };

export type EraseLeadMutationVariables = Exact<{
  leadId: string;
}>;


export type EraseLeadMutation = { eraseLead: { receipt: { erasureId: string, leadIds: Array<string | null>, captures: number, erasedAt: string } | null } | null };

export type ExceptionsOpenQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type ExceptionsOpenQuery = { exceptions: { totalCount: number, pageInfo: { hasNextPage: boolean, endCursor: string | null }, nodes: Array<{ rowId: string, kind: string, reason: string, runbook: string, openedAt: string, dueAt: string, acknowledgedAt: string | null, traceId: string | null, territory: { slug: string } | null, ownerTeam: { slug: string } | null, owner: { slug: string } | null, lead: { rowId: string } | null }> } | null };

export type LeadDecisionQueryVariables = Exact<{
  leadId: string;
}>;


export type LeadDecisionQuery = { lead: { rowId: string, explanation: string | null, decision: { rowId: string, action: string, revision: number, reason: string, inputs: unknown, candidates: unknown, decidedAt: string, owner: { slug: string } | null } | null } | null };

export type LeadStoryQueryVariables = Exact<{
  leadId: string;
}>;


export type LeadStoryQuery = { lead: { rowId: string, story: { totalCount: number, nodes: Array<{ at: string, stage: string, summary: string, traceId: string | null, details: unknown }> } } | null };

export type LeadsByEmailQueryVariables = Exact<{
  email: string;
}>;


export type LeadsByEmailQuery = { leads: { totalCount: number, nodes: Array<{ rowId: string, email: string | null, slaWarnAt: string | null, slaDueAt: string | null, territory: { slug: string } | null, owner: { slug: string } | null, sourceEvents: { totalCount: number, nodes: Array<{ source: string, channel: string | null, occurredAt: string }> } }> } | null };

export type LogActivityMutationVariables = Exact<{
  leadId: string;
  kind: string;
  note?: string | null | undefined;
  isResponse?: boolean | null | undefined;
  occurredAt?: string | null | undefined;
}>;


export type LogActivityMutation = { logActivity: { activity: { rowId: string, kind: string, isResponse: boolean, occurredAt: string, lead: { rowId: string, firstRespondedAt: string | null, slaMetAt: string | null } | null } | null } | null };

export type MergeLeadsMutationVariables = Exact<{
  survivorId: string;
  mergedId: string;
}>;


export type MergeLeadsMutation = { mergeLeads: { lead: { rowId: string, status: string, owner: { slug: string } | null } | null } | null };

export type PreviewMergeQueryVariables = Exact<{
  survivorId: string;
  mergedId: string;
}>;


export type PreviewMergeQuery = { previewMerge: { survivorId: string, mergedId: string, moves: unknown, survivor: unknown, notes: Array<string | null> } | null };

export type PreviewUnmergeQueryVariables = Exact<{
  leadId: string;
}>;


export type PreviewUnmergeQuery = { previewUnmerge: { survivorId: string, mergedId: string, moves: unknown, survivor: unknown, merged: unknown, notes: Array<string | null> } | null };

export type QuarantinedCaptureQueryVariables = Exact<{
  captureId: string;
}>;


export type QuarantinedCaptureQuery = { quarantinedCapture: { captureId: string, path: string, status: string, outcome: string | null, contractVersion: number | null, traceId: string | null, receivedAt: string, releasedAt: string | null, dueAt: string | null, contentType: string | null, headers: unknown, body: string, isText: boolean, violations: unknown, corrections: unknown, revalidation: unknown, discardReason: string | null } | null };

export type ReassignLeadMutationVariables = Exact<{
  leadId: string;
  owner: string;
  reason?: string | null | undefined;
}>;


export type ReassignLeadMutation = { reassignLead: { lead: { rowId: string, ownedAt: string | null, owner: { slug: string } | null } | null } | null };

export type ReleaseCapturesMutationVariables = Exact<{
  captureIds: Array<string> | string;
}>;


export type ReleaseCapturesMutation = { releaseCaptures: { released: number | null } | null };

export type ResolveExceptionMutationVariables = Exact<{
  exceptionId: string;
  outcome: string;
  note?: string | null | undefined;
}>;


export type ResolveExceptionMutation = { resolveException: { exception: { rowId: string, resolvedAt: string | null, outcome: string | null, note: string | null } | null } | null };

export type RevalidateCapturesMutationVariables = Exact<{
  captureIds: Array<string> | string;
  contractVersion?: number | null | undefined;
}>;


export type RevalidateCapturesMutation = { revalidateCaptures: { asked: number | null } | null };

export type SetAbsenceMutationVariables = Exact<{
  actor: string;
  startsAt: string;
  endsAt?: string | null | undefined;
  handOver?: boolean | null | undefined;
}>;


export type SetAbsenceMutation = { setAbsence: { absence: { actor: string, startsAt: string, endsAt: string | null, handedOver: number } | null } | null };

export type TraceStoryQueryVariables = Exact<{
  traceId: string;
}>;


export type TraceStoryQuery = { trace: { totalCount: number, nodes: Array<{ at: string, stage: string, summary: string, leadId: string | null, details: unknown }> } | null };

export type UnmergeLeadMutationVariables = Exact<{
  leadId: string;
}>;


export type UnmergeLeadMutation = { unmergeLead: { lead: { rowId: string, status: string, mergedIntoId: string | null, owner: { slug: string } | null } | null } | null };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}

export const AcceptLeadDocument = new TypedDocumentString(`
    mutation AcceptLead($leadId: UUID!) {
  acceptLead(input: {leadId: $leadId}) {
    lead {
      rowId
      owner {
        slug
      }
    }
  }
}
    `) as unknown as TypedDocumentString<AcceptLeadMutation, AcceptLeadMutationVariables>;
export const BulkReassignLeadsDocument = new TypedDocumentString(`
    mutation BulkReassignLeads($fromOwner: String!, $toOwner: String, $reason: String) {
  bulkReassignLeads(
    input: {fromOwner: $fromOwner, toOwner: $toOwner, reason: $reason}
  ) {
    reassigned
  }
}
    `) as unknown as TypedDocumentString<BulkReassignLeadsMutation, BulkReassignLeadsMutationVariables>;
export const CaptureLeadDocument = new TypedDocumentString(`
    mutation CaptureLead($path: String!, $payload: JSON!, $idempotencyKey: String) {
  captureLead(
    input: {path: $path, payload: $payload, idempotencyKey: $idempotencyKey}
  ) {
    receipt {
      captureId
      traceId
      status
    }
  }
}
    `) as unknown as TypedDocumentString<CaptureLeadMutation, CaptureLeadMutationVariables>;
export const CapturesQuarantinedDocument = new TypedDocumentString(`
    query CapturesQuarantined($first: Int = 50, $after: Cursor) {
  captures(
    filter: {status: {equalTo: "quarantined"}}
    first: $first
    after: $after
  ) {
    totalCount
    pageInfo {
      hasNextPage
      endCursor
    }
    nodes {
      rowId
      outcome
      traceId
      receivedAt
      path {
        slug
      }
      territory {
        slug
      }
    }
  }
}
    `) as unknown as TypedDocumentString<CapturesQuarantinedQuery, CapturesQuarantinedQueryVariables>;
export const ChangeLeadStatusDocument = new TypedDocumentString(`
    mutation ChangeLeadStatus($leadId: UUID!, $status: String!) {
  changeLeadStatus(input: {leadId: $leadId, status: $status}) {
    lead {
      rowId
      status
      closedAt
      firstRespondedAt
    }
  }
}
    `) as unknown as TypedDocumentString<ChangeLeadStatusMutation, ChangeLeadStatusMutationVariables>;
export const ClaimLeadDocument = new TypedDocumentString(`
    mutation ClaimLead($leadId: UUID!) {
  claimLead(input: {leadId: $leadId}) {
    lead {
      rowId
      owner {
        slug
      }
      ownedAt
    }
  }
}
    `) as unknown as TypedDocumentString<ClaimLeadMutation, ClaimLeadMutationVariables>;
export const CorrectCaptureDocument = new TypedDocumentString(`
    mutation CorrectCapture($captureId: UUID!, $corrections: JSON!) {
  correctCapture(input: {captureId: $captureId, corrections: $corrections}) {
    capture {
      captureId
      status
      corrections
      violations
    }
  }
}
    `) as unknown as TypedDocumentString<CorrectCaptureMutation, CorrectCaptureMutationVariables>;
export const CurrentActorDocument = new TypedDocumentString(`
    query CurrentActor {
  currentActor {
    rowId
    slug
    name
    kind
  }
}
    `) as unknown as TypedDocumentString<CurrentActorQuery, CurrentActorQueryVariables>;
export const DeclineLeadDocument = new TypedDocumentString(`
    mutation DeclineLead($leadId: UUID!, $reason: String!) {
  declineLead(input: {leadId: $leadId, reason: $reason}) {
    lead {
      rowId
      owner {
        slug
      }
      explanation
    }
  }
}
    `) as unknown as TypedDocumentString<DeclineLeadMutation, DeclineLeadMutationVariables>;
export const DiscardCapturesDocument = new TypedDocumentString(`
    mutation DiscardCaptures($captureIds: [UUID!]!, $reason: String!) {
  discardCaptures(input: {captureIds: $captureIds, reason: $reason}) {
    discarded
  }
}
    `) as unknown as TypedDocumentString<DiscardCapturesMutation, DiscardCapturesMutationVariables>;
export const EraseLeadDocument = new TypedDocumentString(`
    mutation EraseLead($leadId: UUID!) {
  eraseLead(input: {leadId: $leadId}) {
    receipt {
      erasureId
      leadIds
      captures
      erasedAt
    }
  }
}
    `) as unknown as TypedDocumentString<EraseLeadMutation, EraseLeadMutationVariables>;
export const ExceptionsOpenDocument = new TypedDocumentString(`
    query ExceptionsOpen($first: Int = 50, $after: Cursor) {
  exceptions(
    filter: {resolvedAt: {isNull: true}}
    orderBy: [DUE_AT_ASC]
    first: $first
    after: $after
  ) {
    totalCount
    pageInfo {
      hasNextPage
      endCursor
    }
    nodes {
      rowId
      kind
      reason
      runbook
      openedAt
      dueAt
      acknowledgedAt
      traceId
      territory {
        slug
      }
      ownerTeam {
        slug
      }
      owner {
        slug
      }
      lead {
        rowId
      }
    }
  }
}
    `) as unknown as TypedDocumentString<ExceptionsOpenQuery, ExceptionsOpenQueryVariables>;
export const LeadDecisionDocument = new TypedDocumentString(`
    query LeadDecision($leadId: UUID!) {
  lead(rowId: $leadId) {
    rowId
    explanation
    decision {
      rowId
      action
      revision
      reason
      inputs
      candidates
      decidedAt
      owner {
        slug
      }
    }
  }
}
    `) as unknown as TypedDocumentString<LeadDecisionQuery, LeadDecisionQueryVariables>;
export const LeadStoryDocument = new TypedDocumentString(`
    query LeadStory($leadId: UUID!) {
  lead(rowId: $leadId) {
    rowId
    story(first: 500) {
      totalCount
      nodes {
        at
        stage
        summary
        traceId
        details
      }
    }
  }
}
    `) as unknown as TypedDocumentString<LeadStoryQuery, LeadStoryQueryVariables>;
export const LeadsByEmailDocument = new TypedDocumentString(`
    query LeadsByEmail($email: String!) {
  leads(filter: {email: {equalTo: $email}}) {
    totalCount
    nodes {
      rowId
      email
      territory {
        slug
      }
      owner {
        slug
      }
      slaWarnAt
      slaDueAt
      sourceEvents {
        totalCount
        nodes {
          source
          channel
          occurredAt
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<LeadsByEmailQuery, LeadsByEmailQueryVariables>;
export const LogActivityDocument = new TypedDocumentString(`
    mutation LogActivity($leadId: UUID!, $kind: String!, $note: String, $isResponse: Boolean, $occurredAt: Datetime) {
  logActivity(
    input: {leadId: $leadId, kind: $kind, note: $note, isResponse: $isResponse, occurredAt: $occurredAt}
  ) {
    activity {
      rowId
      kind
      isResponse
      occurredAt
      lead {
        rowId
        firstRespondedAt
        slaMetAt
      }
    }
  }
}
    `) as unknown as TypedDocumentString<LogActivityMutation, LogActivityMutationVariables>;
export const MergeLeadsDocument = new TypedDocumentString(`
    mutation MergeLeads($survivorId: UUID!, $mergedId: UUID!) {
  mergeLeads(input: {survivorId: $survivorId, mergedId: $mergedId}) {
    lead {
      rowId
      status
      owner {
        slug
      }
    }
  }
}
    `) as unknown as TypedDocumentString<MergeLeadsMutation, MergeLeadsMutationVariables>;
export const PreviewMergeDocument = new TypedDocumentString(`
    query PreviewMerge($survivorId: UUID!, $mergedId: UUID!) {
  previewMerge(survivorId: $survivorId, mergedId: $mergedId) {
    survivorId
    mergedId
    moves
    survivor
    notes
  }
}
    `) as unknown as TypedDocumentString<PreviewMergeQuery, PreviewMergeQueryVariables>;
export const PreviewUnmergeDocument = new TypedDocumentString(`
    query PreviewUnmerge($leadId: UUID!) {
  previewUnmerge(leadId: $leadId) {
    survivorId
    mergedId
    moves
    survivor
    merged
    notes
  }
}
    `) as unknown as TypedDocumentString<PreviewUnmergeQuery, PreviewUnmergeQueryVariables>;
export const QuarantinedCaptureDocument = new TypedDocumentString(`
    query QuarantinedCapture($captureId: UUID!) {
  quarantinedCapture(captureId: $captureId) {
    captureId
    path
    status
    outcome
    contractVersion
    traceId
    receivedAt
    releasedAt
    dueAt
    contentType
    headers
    body
    isText
    violations
    corrections
    revalidation
    discardReason
  }
}
    `) as unknown as TypedDocumentString<QuarantinedCaptureQuery, QuarantinedCaptureQueryVariables>;
export const ReassignLeadDocument = new TypedDocumentString(`
    mutation ReassignLead($leadId: UUID!, $owner: String!, $reason: String) {
  reassignLead(input: {leadId: $leadId, owner: $owner, reason: $reason}) {
    lead {
      rowId
      owner {
        slug
      }
      ownedAt
    }
  }
}
    `) as unknown as TypedDocumentString<ReassignLeadMutation, ReassignLeadMutationVariables>;
export const ReleaseCapturesDocument = new TypedDocumentString(`
    mutation ReleaseCaptures($captureIds: [UUID!]!) {
  releaseCaptures(input: {captureIds: $captureIds}) {
    released
  }
}
    `) as unknown as TypedDocumentString<ReleaseCapturesMutation, ReleaseCapturesMutationVariables>;
export const ResolveExceptionDocument = new TypedDocumentString(`
    mutation ResolveException($exceptionId: UUID!, $outcome: String!, $note: String) {
  resolveException(
    input: {exceptionId: $exceptionId, outcome: $outcome, note: $note}
  ) {
    exception {
      rowId
      resolvedAt
      outcome
      note
    }
  }
}
    `) as unknown as TypedDocumentString<ResolveExceptionMutation, ResolveExceptionMutationVariables>;
export const RevalidateCapturesDocument = new TypedDocumentString(`
    mutation RevalidateCaptures($captureIds: [UUID!]!, $contractVersion: Int) {
  revalidateCaptures(
    input: {captureIds: $captureIds, contractVersion: $contractVersion}
  ) {
    asked
  }
}
    `) as unknown as TypedDocumentString<RevalidateCapturesMutation, RevalidateCapturesMutationVariables>;
export const SetAbsenceDocument = new TypedDocumentString(`
    mutation SetAbsence($actor: String!, $startsAt: Datetime!, $endsAt: Datetime, $handOver: Boolean) {
  setAbsence(
    input: {actor: $actor, startsAt: $startsAt, endsAt: $endsAt, handOver: $handOver}
  ) {
    absence {
      actor
      startsAt
      endsAt
      handedOver
    }
  }
}
    `) as unknown as TypedDocumentString<SetAbsenceMutation, SetAbsenceMutationVariables>;
export const TraceStoryDocument = new TypedDocumentString(`
    query TraceStory($traceId: String!) {
  trace(traceId: $traceId, first: 500) {
    totalCount
    nodes {
      at
      stage
      summary
      leadId
      details
    }
  }
}
    `) as unknown as TypedDocumentString<TraceStoryQuery, TraceStoryQueryVariables>;
export const UnmergeLeadDocument = new TypedDocumentString(`
    mutation UnmergeLead($leadId: UUID!) {
  unmergeLead(input: {leadId: $leadId}) {
    lead {
      rowId
      status
      mergedIntoId
      owner {
        slug
      }
    }
  }
}
    `) as unknown as TypedDocumentString<UnmergeLeadMutation, UnmergeLeadMutationVariables>;