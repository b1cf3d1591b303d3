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

export type AcknowledgeExceptionMutationVariables = Exact<{
  exceptionId: string;
}>;


export type AcknowledgeExceptionMutation = { acknowledgeException: { exception: { rowId: string, acknowledgedAt: string | null, owner: { slug: string } | null } | null } | null };

export type AssignExceptionMutationVariables = Exact<{
  exceptionId: string;
  owner: string;
}>;


export type AssignExceptionMutation = { assignException: { exception: { rowId: string, acknowledgedAt: string | null, owner: { slug: string } | null } | null } | null };

export type BulkReassignLeadsMutationVariables = Exact<{
  fromOwner: string;
  toOwner?: string | null | undefined;
  reason?: string | null | undefined;
}>;


export type BulkReassignLeadsMutation = { bulkReassignLeads: { reassigned: number | null } | null };

export type CancelRealignmentMutationVariables = Exact<{
  boundary: string;
}>;


export type CancelRealignmentMutation = { cancelRealignment: { realignment: { rowId: number | null, state: string | null } | null } | null };

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

export type CommentExceptionMutationVariables = Exact<{
  exceptionId: string;
  text: string;
}>;


export type CommentExceptionMutation = { commentException: { comment: { rowId: string, text: string, writtenAt: string } | null } | null };

export type CompleteTaskMutationVariables = Exact<{
  taskId: string;
  note?: string | null | undefined;
}>;


export type CompleteTaskMutation = { completeTask: { task: { rowId: string, closedAt: string | null, outcome: string | null } | null } | null };

export type CorrectCaptureMutationVariables = Exact<{
  captureId: string;
  corrections: unknown;
}>;


export type CorrectCaptureMutation = { correctCapture: { capture: { captureId: string, status: string, corrections: unknown, violations: unknown } | null } | null };

export type CurrentActorQueryVariables = Exact<{ [key: string]: never; }>;


export type CurrentActorQuery = { currentActor: { rowId: number, slug: string, name: string, kind: string } | null };

export type DecideApprovalMutationVariables = Exact<{
  approvalId: string;
  isApproved: boolean;
  note?: string | null | undefined;
}>;


export type DecideApprovalMutation = { decideApproval: { approval: { rowId: string, decidedAt: string | null, decision: string | null, note: string | null } | null } | null };

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

export type ExceptionChangedSubscriptionVariables = Exact<{
  territory?: string | null | undefined;
}>;


export type ExceptionChangedSubscription = { exceptionChanged: { isResync: boolean, exceptionId: string | null, exception: { rowId: string, kind: string, reason: string, dueAt: string, resolvedAt: string | null } | null } | null };

export type ExceptionsOpenQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type ExceptionsOpenQuery = { exceptions: { totalCount: number, pageInfo: { hasNextPage: boolean, endCursor: string | null }, nodes: Array<{ rowId: string, kind: string, reason: string, runbook: string, openedAt: string, dueAt: string, acknowledgedAt: string | null, traceId: string | null, territory: { slug: string } | null, ownerTeam: { slug: string } | null, owner: { slug: string } | null, lead: { rowId: string } | null }> } | null };

export type ExemptFromRealignmentMutationVariables = Exact<{
  boundary: string;
  leadIds: Array<string> | string;
  isExempt?: boolean | null | undefined;
}>;


export type ExemptFromRealignmentMutation = { exemptFromRealignment: { realignment: { rowId: number | null, leads: number | null, exempt: number | null } | null } | null };

export type LeadChangedSubscriptionVariables = Exact<{
  territory?: string | null | undefined;
}>;


export type LeadChangedSubscription = { leadChanged: { isResync: boolean, leadId: string | null, lead: { rowId: string, status: string, slaDueAt: string | null, owner: { slug: string } | null } | null } | null };

export type LeadDecisionQueryVariables = Exact<{
  leadId: string;
}>;


export type LeadDecisionQuery = { lead: { rowId: string, explanation: string | null, decision: { rowId: string, action: string, revision: number, reason: string, inputs: unknown, candidates: unknown, decidedAt: string, owner: { slug: string } | null } | null } | null };

export type LeadScoresQueryVariables = Exact<{
  leadId: string;
}>;


export type LeadScoresQuery = { lead: { rowId: string, score: number | null, fitScore: number | null, engagementScore: number | null, scoreReasons: unknown, prediction: { score: number, reasons: unknown, modelVersion: number, trainedAt: string } | null } | null };

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

export type PauseClockMutationVariables = Exact<{
  leadId: string;
  reason: string;
  until?: string | null | undefined;
}>;


export type PauseClockMutation = { pauseClock: { lead: { rowId: string, slaKind: string | null, slaPausedAt: string | null } | null } | null };

export type PreviewMergeQueryVariables = Exact<{
  survivorId: string;
  mergedId: string;
}>;


export type PreviewMergeQuery = { previewMerge: { survivorId: string, mergedId: string, moves: unknown, survivor: unknown, notes: Array<string | null> } | null };

export type PreviewRealignmentQueryVariables = Exact<{
  boundary: string;
  withClosed?: boolean | null | undefined;
}>;


export type PreviewRealignmentQuery = { previewRealignment: Array<{ leadId: string | null, fromTerritory: string | null, toTerritory: string | null, owner: string | null, keepsOwner: boolean | null }> | null, realignments: Array<{ rowId: number | null, effectiveAt: string | null, state: string | null, leads: number | null, exempt: number | null, moved: number | null }> | null };

export type PreviewRouteQueryVariables = Exact<{
  path?: string | null | undefined;
  leadId?: string | null | undefined;
  fields?: unknown;
  revision?: number | null | undefined;
}>;


export type PreviewRouteQuery = { previewRoute: { revision: number, path: string | null, territory: string | null, locatedBy: unknown, gate: string | null, heldBecause: string | null, score: number | null, action: string, owner: string | null, team: string | null, explanation: string | null, candidates: unknown, policy: string | null, dueAt: string | null, assumes: Array<string | null> | null } | null };

export type PreviewUnmergeQueryVariables = Exact<{
  leadId: string;
}>;


export type PreviewUnmergeQuery = { previewUnmerge: { survivorId: string, mergedId: string, moves: unknown, survivor: unknown, merged: unknown, notes: Array<string | null> } | null };

export type QuarantinedCaptureQueryVariables = Exact<{
  captureId: string;
}>;


export type QuarantinedCaptureQuery = { quarantinedCapture: { captureId: string, path: string, status: string, outcome: string | null, contractVersion: number | null, traceId: string | null, receivedAt: string, releasedAt: string | null, dueAt: string | null, contentType: string | null, headers: unknown, body: string, isText: boolean, violations: unknown, corrections: unknown, revalidation: unknown, discardReason: string | null } | null };

export type QueueChangedSubscriptionVariables = Exact<{
  territory?: string | null | undefined;
}>;


export type QueueChangedSubscription = { queueChanged: { isResync: boolean, territory: { slug: string, leads: { totalCount: number, nodes: Array<{ rowId: string, slaDueAt: string | null }> } } | null } | null };

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

export type ReopenExceptionMutationVariables = Exact<{
  exceptionId: string;
  reason: string;
}>;


export type ReopenExceptionMutation = { reopenException: { exception: { rowId: string, reopenedAt: string | null, reopenings: number, dueAt: string } | null } | null };

export type RequestApprovalMutationVariables = Exact<{
  approver: string;
  reason: string;
  leadId?: string | null | undefined;
  exceptionId?: string | null | undefined;
}>;


export type RequestApprovalMutation = { requestApproval: { approval: { rowId: string, dueAt: string, approver: { slug: string } | null } | null } | null };

export type ResolveExceptionMutationVariables = Exact<{
  exceptionId: string;
  outcome: string;
  note?: string | null | undefined;
}>;


export type ResolveExceptionMutation = { resolveException: { exception: { rowId: string, resolvedAt: string | null, outcome: string | null, note: string | null } | null } | null };

export type ResumeClockMutationVariables = Exact<{
  leadId: string;
}>;


export type ResumeClockMutation = { resumeClock: { lead: { rowId: string, slaKind: string | null, slaDueAt: string | null } | null } | null };

export type RevalidateCapturesMutationVariables = Exact<{
  captureIds: Array<string> | string;
  contractVersion?: number | null | undefined;
}>;


export type RevalidateCapturesMutation = { revalidateCaptures: { asked: number | null } | null };

export type ScheduleRealignmentMutationVariables = Exact<{
  boundary: string;
  effectiveAt?: string | null | undefined;
  withClosed?: boolean | null | undefined;
}>;


export type ScheduleRealignmentMutation = { scheduleRealignment: { realignment: { rowId: number | null, effectiveAt: string | null, state: string | null, leads: number | null } | null } | null };

export type SearchLeadsQueryVariables = Exact<{
  text: string;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type SearchLeadsQuery = { searchLeads: { pageInfo: { hasNextPage: boolean, endCursor: string | null }, nodes: Array<{ rowId: string, firstName: string | null, lastName: string | null, company: string | null, email: string | null, status: string, territory: { slug: string } | null, owner: { slug: string } | null }> } | null };

export type SetAbsenceMutationVariables = Exact<{
  actor: string;
  startsAt: string;
  endsAt?: string | null | undefined;
  handOver?: boolean | null | undefined;
}>;


export type SetAbsenceMutation = { setAbsence: { absence: { actor: string, startsAt: string, endsAt: string | null, handedOver: number } | null } | null };

export type SetNotificationPreferencesMutationVariables = Exact<{
  actor: string;
  language?: string | null | undefined;
  timeZone?: string | null | undefined;
  quietFrom?: string | null | undefined;
  quietUntil?: string | null | undefined;
  digest?: string | null | undefined;
  digestTime?: string | null | undefined;
  muted?: Array<string | null | undefined> | string | null | undefined;
}>;


export type SetNotificationPreferencesMutation = { setNotificationPreferences: { settings: { actor: string | null, language: string | null, timeZone: string | null, quietFrom: string | null, quietUntil: string | null, digest: string | null, digestTime: string | null, muted: Array<string | null> | null } | null } | null };

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
    `, {"hash":"sha256:9aa1980721cbfd0fcf913299a2ffec073c50639cb23e707cb111e0d365b121f6"}) as unknown as TypedDocumentString<AcceptLeadMutation, AcceptLeadMutationVariables>;
export const AcknowledgeExceptionDocument = new TypedDocumentString(`
    mutation AcknowledgeException($exceptionId: UUID!) {
  acknowledgeException(input: {exceptionId: $exceptionId}) {
    exception {
      rowId
      acknowledgedAt
      owner {
        slug
      }
    }
  }
}
    `, {"hash":"sha256:e3e4e96400fcebaf0f510e9f827deb3547752b8e5d41f01007b790d91310cf55"}) as unknown as TypedDocumentString<AcknowledgeExceptionMutation, AcknowledgeExceptionMutationVariables>;
export const AssignExceptionDocument = new TypedDocumentString(`
    mutation AssignException($exceptionId: UUID!, $owner: String!) {
  assignException(input: {exceptionId: $exceptionId, owner: $owner}) {
    exception {
      rowId
      acknowledgedAt
      owner {
        slug
      }
    }
  }
}
    `, {"hash":"sha256:9e743b5bb180f4da0fb4325cc1183c4ca664fee6f0f7fc3ea6726d92162960bb"}) as unknown as TypedDocumentString<AssignExceptionMutation, AssignExceptionMutationVariables>;
export const BulkReassignLeadsDocument = new TypedDocumentString(`
    mutation BulkReassignLeads($fromOwner: String!, $toOwner: String, $reason: String) {
  bulkReassignLeads(
    input: {fromOwner: $fromOwner, toOwner: $toOwner, reason: $reason}
  ) {
    reassigned
  }
}
    `, {"hash":"sha256:9c83422d1b0e21e0ee8469f3e80d3c1de3d49d1772e32e5799d364a23d049b6d"}) as unknown as TypedDocumentString<BulkReassignLeadsMutation, BulkReassignLeadsMutationVariables>;
export const CancelRealignmentDocument = new TypedDocumentString(`
    mutation CancelRealignment($boundary: String!) {
  cancelRealignment(input: {boundary: $boundary}) {
    realignment {
      rowId
      state
    }
  }
}
    `, {"hash":"sha256:3bc171d6b68534e705660221791c8026abd39ac2608beefb561e2593d63d025d"}) as unknown as TypedDocumentString<CancelRealignmentMutation, CancelRealignmentMutationVariables>;
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
    `, {"hash":"sha256:03a985ebe84603ae0100cb88399b9e52f522e94162b4adecade901cf53e84cda"}) as unknown as TypedDocumentString<CaptureLeadMutation, CaptureLeadMutationVariables>;
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
    `, {"hash":"sha256:4c88a69abb242e13799ecf682b10549fbc6b190de5c85b946a260052a9b6c3c7"}) as unknown as TypedDocumentString<CapturesQuarantinedQuery, CapturesQuarantinedQueryVariables>;
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
    `, {"hash":"sha256:445daa6a8f753b08f950be3d17777e60dc31bcbd0c1fe5f24b1b4fa47f97408e"}) as unknown as TypedDocumentString<ChangeLeadStatusMutation, ChangeLeadStatusMutationVariables>;
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
    `, {"hash":"sha256:304781962de14118bc8ee701e30efa91275618e38bf59093320b9f0468450676"}) as unknown as TypedDocumentString<ClaimLeadMutation, ClaimLeadMutationVariables>;
export const CommentExceptionDocument = new TypedDocumentString(`
    mutation CommentException($exceptionId: UUID!, $text: String!) {
  commentException(input: {exceptionId: $exceptionId, text: $text}) {
    comment {
      rowId
      text
      writtenAt
    }
  }
}
    `, {"hash":"sha256:11efd61f833a8f4ecdbbce9786bdd2eac345b2fd6042ce6faaa392dee8b7bbde"}) as unknown as TypedDocumentString<CommentExceptionMutation, CommentExceptionMutationVariables>;
export const CompleteTaskDocument = new TypedDocumentString(`
    mutation CompleteTask($taskId: UUID!, $note: String) {
  completeTask(input: {taskId: $taskId, note: $note}) {
    task {
      rowId
      closedAt
      outcome
    }
  }
}
    `, {"hash":"sha256:68b6809673ad3054420c0c38f835b8abbb189bd6a03a76732a7ff2462ef40250"}) as unknown as TypedDocumentString<CompleteTaskMutation, CompleteTaskMutationVariables>;
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
    `, {"hash":"sha256:bf4004f9dab24d04cd1c332ab36ff1c82688197fce8fd70d09b5867eae166f23"}) as unknown as TypedDocumentString<CorrectCaptureMutation, CorrectCaptureMutationVariables>;
export const CurrentActorDocument = new TypedDocumentString(`
    query CurrentActor {
  currentActor {
    rowId
    slug
    name
    kind
  }
}
    `, {"hash":"sha256:f16d7090f6a70065f71633a88104f699f4e0a3fe4914246fa26e87a4143f569f"}) as unknown as TypedDocumentString<CurrentActorQuery, CurrentActorQueryVariables>;
export const DecideApprovalDocument = new TypedDocumentString(`
    mutation DecideApproval($approvalId: UUID!, $isApproved: Boolean!, $note: String) {
  decideApproval(
    input: {approvalId: $approvalId, isApproved: $isApproved, note: $note}
  ) {
    approval {
      rowId
      decidedAt
      decision
      note
    }
  }
}
    `, {"hash":"sha256:247978e8b06108d1a91dda56b03dac3eb281320d4546a9e7a97b6a38d67e690c"}) as unknown as TypedDocumentString<DecideApprovalMutation, DecideApprovalMutationVariables>;
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
    `, {"hash":"sha256:1e39ed3d7e455f7e19a8f948350ea755b184437a7611a2aabd33c377cf7fd6c0"}) as unknown as TypedDocumentString<DeclineLeadMutation, DeclineLeadMutationVariables>;
export const DiscardCapturesDocument = new TypedDocumentString(`
    mutation DiscardCaptures($captureIds: [UUID!]!, $reason: String!) {
  discardCaptures(input: {captureIds: $captureIds, reason: $reason}) {
    discarded
  }
}
    `, {"hash":"sha256:40dbff94522c91a045941fe60268a9b841d2979c4bccdff5750c46997282589f"}) as unknown as TypedDocumentString<DiscardCapturesMutation, DiscardCapturesMutationVariables>;
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
    `, {"hash":"sha256:5ba3b0a2da2e2398b70a53f9717a308019d4eb73238f06fa3c97eb2143dca825"}) as unknown as TypedDocumentString<EraseLeadMutation, EraseLeadMutationVariables>;
export const ExceptionChangedDocument = new TypedDocumentString(`
    subscription ExceptionChanged($territory: String) {
  exceptionChanged(territory: $territory) {
    isResync
    exceptionId
    exception {
      rowId
      kind
      reason
      dueAt
      resolvedAt
    }
  }
}
    `, {"hash":"sha256:a10152715c44f1ee5223a6957d0e97aa8992410d58db1ab061765e96dd5a9278"}) as unknown as TypedDocumentString<ExceptionChangedSubscription, ExceptionChangedSubscriptionVariables>;
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
    `, {"hash":"sha256:0bb258bbeca3e619e79ed94e247d1c7b9a6722b9cad145e2e1bb55de43941d99"}) as unknown as TypedDocumentString<ExceptionsOpenQuery, ExceptionsOpenQueryVariables>;
export const ExemptFromRealignmentDocument = new TypedDocumentString(`
    mutation ExemptFromRealignment($boundary: String!, $leadIds: [UUID!]!, $isExempt: Boolean) {
  exemptFromRealignment(
    input: {boundary: $boundary, leadIds: $leadIds, isExempt: $isExempt}
  ) {
    realignment {
      rowId
      leads
      exempt
    }
  }
}
    `, {"hash":"sha256:0ee78ff3dab7422900c8ef8ea76508235694d5ddbce3803e56d5f175b21804da"}) as unknown as TypedDocumentString<ExemptFromRealignmentMutation, ExemptFromRealignmentMutationVariables>;
export const LeadChangedDocument = new TypedDocumentString(`
    subscription LeadChanged($territory: String) {
  leadChanged(territory: $territory) {
    isResync
    leadId
    lead {
      rowId
      status
      owner {
        slug
      }
      slaDueAt
    }
  }
}
    `, {"hash":"sha256:2f327038bc3fd3c4edc5155238c9230421d2539902992c04f15e956aa4447ca8"}) as unknown as TypedDocumentString<LeadChangedSubscription, LeadChangedSubscriptionVariables>;
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
    `, {"hash":"sha256:0732231131e70b696a6ebfb73db966d2fa600e83daae9cc23607215becb89d0e"}) as unknown as TypedDocumentString<LeadDecisionQuery, LeadDecisionQueryVariables>;
export const LeadScoresDocument = new TypedDocumentString(`
    query LeadScores($leadId: UUID!) {
  lead(rowId: $leadId) {
    rowId
    score
    fitScore
    engagementScore
    scoreReasons
    prediction {
      score
      reasons
      modelVersion
      trainedAt
    }
  }
}
    `, {"hash":"sha256:1207e31ee1ecc84bd2c9cb298b83163128dfab5d2068f504899b56b1746ab7b9"}) as unknown as TypedDocumentString<LeadScoresQuery, LeadScoresQueryVariables>;
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
    `, {"hash":"sha256:44ba493e42fa969d08a5d68f9e798ac375f1d00b70edaaa74c44288901f83373"}) as unknown as TypedDocumentString<LeadStoryQuery, LeadStoryQueryVariables>;
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
    `, {"hash":"sha256:c21f863597c8e71e132df88a8d679582025fad0373a9013d8b4c87c114ab0dd0"}) as unknown as TypedDocumentString<LeadsByEmailQuery, LeadsByEmailQueryVariables>;
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
    `, {"hash":"sha256:d37a1d088bebdbd797a907c6c0ba65de1e1cbf0722008c7f8089466f58f5aadb"}) as unknown as TypedDocumentString<LogActivityMutation, LogActivityMutationVariables>;
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
    `, {"hash":"sha256:dcdda39b7aedfde64e9e3cf8cf77541b09015602910bc959c4618fd258634b94"}) as unknown as TypedDocumentString<MergeLeadsMutation, MergeLeadsMutationVariables>;
export const PauseClockDocument = new TypedDocumentString(`
    mutation PauseClock($leadId: UUID!, $reason: String!, $until: Datetime) {
  pauseClock(input: {leadId: $leadId, reason: $reason, until: $until}) {
    lead {
      rowId
      slaKind
      slaPausedAt
    }
  }
}
    `, {"hash":"sha256:c895222d28cd922ed9e633e5d9214f4cea811cabe77219c90ff02155d0fd2364"}) as unknown as TypedDocumentString<PauseClockMutation, PauseClockMutationVariables>;
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
    `, {"hash":"sha256:8af96388144335b1ae4b82fd70b8a914f3c1e3b537d3b52cb30b28fd22d176a2"}) as unknown as TypedDocumentString<PreviewMergeQuery, PreviewMergeQueryVariables>;
export const PreviewRealignmentDocument = new TypedDocumentString(`
    query PreviewRealignment($boundary: String!, $withClosed: Boolean) {
  previewRealignment(boundary: $boundary, withClosed: $withClosed) {
    leadId
    fromTerritory
    toTerritory
    owner
    keepsOwner
  }
  realignments(boundary: $boundary) {
    rowId
    effectiveAt
    state
    leads
    exempt
    moved
  }
}
    `, {"hash":"sha256:55ecb7471672781150b4dd9059f19a9eaa42d9fa044e8eb63c348a003c616d67"}) as unknown as TypedDocumentString<PreviewRealignmentQuery, PreviewRealignmentQueryVariables>;
export const PreviewRouteDocument = new TypedDocumentString(`
    query PreviewRoute($path: String, $leadId: UUID, $fields: JSON, $revision: Int) {
  previewRoute(path: $path, leadId: $leadId, fields: $fields, revision: $revision) {
    revision
    path
    territory
    locatedBy
    gate
    heldBecause
    score
    action
    owner
    team
    explanation
    candidates
    policy
    dueAt
    assumes
  }
}
    `, {"hash":"sha256:290bb2dd1219f9d00e89e249841746902b1606d312297adb4e1d4a6804754d4f"}) as unknown as TypedDocumentString<PreviewRouteQuery, PreviewRouteQueryVariables>;
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
    `, {"hash":"sha256:96b6bd35b2ed68533c4aacdf6b0462b91d484ab42767a6b92bdd6cbd60be4527"}) as unknown as TypedDocumentString<PreviewUnmergeQuery, PreviewUnmergeQueryVariables>;
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
    `, {"hash":"sha256:e5dcaa35a296007ed12c083ae548128506148a8f6670bd9786f6a559ddc6242b"}) as unknown as TypedDocumentString<QuarantinedCaptureQuery, QuarantinedCaptureQueryVariables>;
export const QueueChangedDocument = new TypedDocumentString(`
    subscription QueueChanged($territory: String) {
  queueChanged(territory: $territory) {
    isResync
    territory {
      slug
      leads(filter: {ownerId: {isNull: true}}, orderBy: [SLA_DUE_AT_ASC]) {
        totalCount
        nodes {
          rowId
          slaDueAt
        }
      }
    }
  }
}
    `, {"hash":"sha256:72d885d8d6573fad1de8e1317f8af37aeee97ac5b9dd79e6a424890e3de2521a"}) as unknown as TypedDocumentString<QueueChangedSubscription, QueueChangedSubscriptionVariables>;
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
    `, {"hash":"sha256:212b9a87999d6f36713e08617d60831b1d537b0c39e65293d857a53afbfd3f29"}) as unknown as TypedDocumentString<ReassignLeadMutation, ReassignLeadMutationVariables>;
export const ReleaseCapturesDocument = new TypedDocumentString(`
    mutation ReleaseCaptures($captureIds: [UUID!]!) {
  releaseCaptures(input: {captureIds: $captureIds}) {
    released
  }
}
    `, {"hash":"sha256:b67c2c40c8af20397f6ab47f9be0e5596b638ee51ea7a2f5fcacda315dcffae5"}) as unknown as TypedDocumentString<ReleaseCapturesMutation, ReleaseCapturesMutationVariables>;
export const ReopenExceptionDocument = new TypedDocumentString(`
    mutation ReopenException($exceptionId: UUID!, $reason: String!) {
  reopenException(input: {exceptionId: $exceptionId, reason: $reason}) {
    exception {
      rowId
      reopenedAt
      reopenings
      dueAt
    }
  }
}
    `, {"hash":"sha256:bc50c887976e22e52d73fa16c3ab5e86cbca5d1652d1a12cd64896f27e7dd5c3"}) as unknown as TypedDocumentString<ReopenExceptionMutation, ReopenExceptionMutationVariables>;
export const RequestApprovalDocument = new TypedDocumentString(`
    mutation RequestApproval($approver: String!, $reason: String!, $leadId: UUID, $exceptionId: UUID) {
  requestApproval(
    input: {approver: $approver, reason: $reason, leadId: $leadId, exceptionId: $exceptionId}
  ) {
    approval {
      rowId
      dueAt
      approver {
        slug
      }
    }
  }
}
    `, {"hash":"sha256:341d4de315cd55c02ba5ea1b48c852eec05ea2a9c597051f95b8a87d8e024c1a"}) as unknown as TypedDocumentString<RequestApprovalMutation, RequestApprovalMutationVariables>;
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
    `, {"hash":"sha256:20abb244f0005a29ba21be851ab81f53e852c4f7690999056510d2d4bb1c8f66"}) as unknown as TypedDocumentString<ResolveExceptionMutation, ResolveExceptionMutationVariables>;
export const ResumeClockDocument = new TypedDocumentString(`
    mutation ResumeClock($leadId: UUID!) {
  resumeClock(input: {leadId: $leadId}) {
    lead {
      rowId
      slaKind
      slaDueAt
    }
  }
}
    `, {"hash":"sha256:0444e94417762659f2f150e1ae57bfc348375954449b6194aabb4b4720c951d1"}) as unknown as TypedDocumentString<ResumeClockMutation, ResumeClockMutationVariables>;
export const RevalidateCapturesDocument = new TypedDocumentString(`
    mutation RevalidateCaptures($captureIds: [UUID!]!, $contractVersion: Int) {
  revalidateCaptures(
    input: {captureIds: $captureIds, contractVersion: $contractVersion}
  ) {
    asked
  }
}
    `, {"hash":"sha256:f9de7961288948dd935f37120fd38b52059ac91d141ef8fe5fa45819392b946d"}) as unknown as TypedDocumentString<RevalidateCapturesMutation, RevalidateCapturesMutationVariables>;
export const ScheduleRealignmentDocument = new TypedDocumentString(`
    mutation ScheduleRealignment($boundary: String!, $effectiveAt: Datetime, $withClosed: Boolean) {
  scheduleRealignment(
    input: {boundary: $boundary, effectiveAt: $effectiveAt, withClosed: $withClosed}
  ) {
    realignment {
      rowId
      effectiveAt
      state
      leads
    }
  }
}
    `, {"hash":"sha256:39cb590dfb2a1524e259448615c805b364f8c0436567876c6afccab5d4f26b04"}) as unknown as TypedDocumentString<ScheduleRealignmentMutation, ScheduleRealignmentMutationVariables>;
export const SearchLeadsDocument = new TypedDocumentString(`
    query SearchLeads($text: String!, $first: Int = 50, $after: Cursor) {
  searchLeads(text: $text, first: $first, after: $after) {
    pageInfo {
      hasNextPage
      endCursor
    }
    nodes {
      rowId
      firstName
      lastName
      company
      email
      status
      territory {
        slug
      }
      owner {
        slug
      }
    }
  }
}
    `, {"hash":"sha256:2869a8fcedf605f03a3f3eeff3edb2c31ca977f08d30153c641dd82f7839c798"}) as unknown as TypedDocumentString<SearchLeadsQuery, SearchLeadsQueryVariables>;
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
    `, {"hash":"sha256:53afc27efe77f0d8efa5c09cf2ea415319aa93ed061466ae10a3f9994a778d2f"}) as unknown as TypedDocumentString<SetAbsenceMutation, SetAbsenceMutationVariables>;
export const SetNotificationPreferencesDocument = new TypedDocumentString(`
    mutation SetNotificationPreferences($actor: String!, $language: String, $timeZone: String, $quietFrom: Time, $quietUntil: Time, $digest: String, $digestTime: Time, $muted: [String]) {
  setNotificationPreferences(
    input: {actor: $actor, language: $language, timeZone: $timeZone, quietFrom: $quietFrom, quietUntil: $quietUntil, digest: $digest, digestTime: $digestTime, muted: $muted}
  ) {
    settings {
      actor
      language
      timeZone
      quietFrom
      quietUntil
      digest
      digestTime
      muted
    }
  }
}
    `, {"hash":"sha256:5eec1a7619471280d96e1182bfe443eae660c7220e95f4751461112f9d817a89"}) as unknown as TypedDocumentString<SetNotificationPreferencesMutation, SetNotificationPreferencesMutationVariables>;
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
    `, {"hash":"sha256:989813d1f82a14a565b4eef25802c2e7c53db099888e0eb8db685b5dfe99459f"}) as unknown as TypedDocumentString<TraceStoryQuery, TraceStoryQueryVariables>;
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
    `, {"hash":"sha256:115b9d1fe45065da3c70011066025b31f3b7e36c9856497cd91598910adb18f2"}) as unknown as TypedDocumentString<UnmergeLeadMutation, UnmergeLeadMutationVariables>;