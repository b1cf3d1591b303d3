import { access, context, type GrafastSubscriber, lambda, listen, type Step } from "postgraphile/grafast";
import { extendSchema, gql } from "postgraphile/utils";
import type { Kind } from "./change.ts";
import type { LiveEvent } from "./mailbox.ts";

/** What a subscription field asks of the context: there over websockets, and for nobody else. */
export type Live = GrafastSubscriber<Record<string, LiveEvent>>;

declare global {
  namespace Grafast {
    interface Context {
      live: Live | null;
    }
  }
}

/** `leadChanged`, `queueChanged`, `exceptionChanged`: the rows are read back as the subscriber, event by event. */
export const LivePlugin = extendSchema((build) => {
  const { leads, exceptions, territories } = build.input.pgRegistry.pgResources;
  if (!leads || !exceptions || !territories) throw new Error("A table that can be followed is not shown.");
  const isResync = ($event: Step<LiveEvent>) => access($event, "isResync");
  const id = ($event: Step<LiveEvent>) => access<string | null>($event, "id");
  return {
    typeDefs: TYPES,
    objects: {
      Subscription: {
        plans: {
          leadChanged: followed("lead"),
          queueChanged: followed("queue"),
          exceptionChanged: followed("exception"),
        },
      },
      LeadChanged: { plans: { isResync, leadId: id, lead: ($event) => leads.get({ id: id($event) }) } },
      QueueChanged: {
        plans: { isResync, territory: ($event) => territories.get({ id: access($event, "territoryId") }) },
      },
      ExceptionChanged: {
        plans: { isResync, exceptionId: id, exception: ($event) => exceptions.get({ id: id($event) }) },
      },
    },
  };
});

function followed(kind: Kind) {
  return {
    subscribePlan: (_root: Step, args: { getRaw: (path: string) => Step }) =>
      listen(
        context().get("live"),
        lambda(args.getRaw("territory"), (territory) => topicOf(kind, territory)),
      ),
    plan: ($event: Step) => $event,
  };
}

function topicOf(kind: Kind, territory: unknown): string {
  return typeof territory === "string" ? `${kind} ${territory}` : kind;
}

/** What `topicOf` made. */
export function readTopic(topic: string): { kind: Kind; asked: string | null } {
  const [word = "", ...rest] = topic.split(" ");
  const kind = word === "queue" || word === "exception" ? word : "lead";
  return { kind, asked: rest.length === 0 ? null : rest.join(" ") };
}

const TYPES = gql`
  extend type Subscription {
    """
    Tells of each lead that came, changed or left in a territory (slug or id) and below it; without one, in all that you
    reach. Ends when you no longer reach any.
    """
    leadChanged(territory: String): LeadChanged
    """Tells when leads that nobody owns came, changed or left, in a territory (slug or id) and below it."""
    queueChanged(territory: String): QueueChanged
    """Tells of each exception that was opened or changed, in a territory (slug or id) and below it."""
    exceptionChanged(territory: String): ExceptionChanged
  }

  """A lead came, changed or left."""
  type LeadChanged {
    """Something may have passed by: read your list again. The first event says so, and \`lead\` is null."""
    isResync: Boolean!
    leadId: UUID
    """As you see it now. Null: it is gone, or no longer in your territories."""
    lead: Lead
  }

  """Leads that nobody owns came, changed or left."""
  type QueueChanged {
    """Something may have passed by: read your list again. The first event says so, and \`territory\` is null."""
    isResync: Boolean!
    """Where. Its \`leads\` say what waits now."""
    territory: Territory
  }

  """An exception was opened or changed."""
  type ExceptionChanged {
    """Something may have passed by: read your list again. The first event says so, and \`exception\` is null."""
    isResync: Boolean!
    exceptionId: UUID
    """As you see it now. Null: it is no longer in your territories."""
    exception: Exception
  }
`;
