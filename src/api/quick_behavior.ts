import type {} from "graphile-build";

type Behavior = GraphileBuild.Build["behavior"];
type Applied = ReturnType<Behavior["getPreferencesAppliedBehaviors"]>;

/**
 * graphile-build asks some 6,000 times whether a thing of the schema behaves so and so. Each time it parses all that is said of
 * that thing, a few kilobytes, and the names of all behaviors that there are: half of the time that a schema takes. Most
 * things have the same said of them, so here the library is asked once for each text.
 */
export const QuickBehaviorPlugin: GraphileConfig.Plugin = {
  name: "CatchmentQuickBehaviorPlugin",
  version: "1.0.0",
  schema: {
    hooks: {
      init(init, { behavior }) {
        quicken(Object.getPrototypeOf(behavior));
        return init;
      },
    },
  },
};

const quickened = new WeakSet<Behavior>();

/** Of all builds at once: the object of each is frozen by the time that there is a hook. */
export function quicken(prototype: Behavior): void {
  if (quickened.has(prototype)) return;
  quickened.add(prototype);
  const { entityMatches, getPreferencesAppliedBehaviors } = prototype;
  const matching = new Map<string, { answer: boolean | undefined }>();
  const applying = new Map<string, { answer: Applied }>();

  prototype.entityMatches = function (entityType, entity, filter) {
    const said = this.getBehaviorForEntity(entityType, entity).behaviorString;
    const key = `${entityType}\n${filter}\n${said}`;
    return once(matching, key, () => entityMatches.call(this, entityType, entity, filter));
  };
  // The stack in the answer, by which the library explains itself when it is debugged, is that of the first such thing.
  prototype.getPreferencesAppliedBehaviors = function (entityType, inferred, override) {
    const texts = [this.getDefaultBehaviorFor(entityType), inferred.behaviorString, override.behaviorString];
    const key = [entityType, ...texts].join("\n");
    return once(applying, key, () =>
      getPreferencesAppliedBehaviors.call(this, entityType, inferred, override),
    );
  };
}

function once<Answer>(known: Map<string, { answer: Answer }>, key: string, ask: () => Answer): Answer {
  const found = known.get(key) ?? { answer: ask() };
  known.set(key, found);
  return found.answer;
}
