import {
  ConnectionStep,
  ConstantStep,
  constant,
  lambda,
  list,
  SafeError,
  type Step,
} from "postgraphile/grafast";

export const DEFAULT_PAGE_SIZE = 50;
export const MAX_PAGE_SIZE = 500;

export const GROUPED_FIELD = "groupedAggregates";
export const MAX_GROUPS = 500;

/** Every list answers a page: 50 rows unless `first` or `last` says otherwise, never more than 500. */
export const PageSizePlugin: GraphileConfig.Plugin = {
  name: "CatchmentPageSizePlugin",
  version: "1.0.0",
  after: ["PgFirstLastBeforeAfterArgsPlugin"],
  schema: {
    hooks: {
      GraphQLObjectType_fields_field(field, _build, { scope }) {
        const { plan } = field;
        if (scope.isPgFieldConnection !== true || plan === undefined) return field;
        return {
          ...field,
          plan($parent, args, info) {
            const $connection = plan($parent, args, info);
            if ($connection instanceof ConnectionStep) {
              const names = info.field.args.map((arg) => arg.name);
              const given = (name: string) => (names.includes(name) ? present(args.getRaw(name)) : null);
              limitPage($connection, given("first"), given("last"));
            }
            return $connection;
          },
        };
      },
      // The field above applies both, since the default of one depends on the other.
      GraphQLObjectType_fields_field_args(args, _build, { scope }) {
        if (scope.isPgFieldConnection !== true) return args;
        for (const name of ["first", "last"]) {
          const arg = args[name];
          if (arg === undefined) continue;
          delete arg.applyPlan;
          arg.description = `${arg.description} ${PAGE_NOTE}`;
        }
        return args;
      },
    },
  },
};

const PAGE_NOTE = `At most ${MAX_PAGE_SIZE}; without \`first\` and \`last\` the first ${DEFAULT_PAGE_SIZE}.`;

/** `last` stays untouched when the query does not name it: a list that may be read backwards plans otherwise. */
function limitPage($connection: ConnectionStep<unknown>, $first: Step | null, $last: Step | null): void {
  if ($last === null) {
    $connection.setFirst(
      $first === null ? DEFAULT_PAGE_SIZE : lambda($first, (first) => pageSize(first) ?? DEFAULT_PAGE_SIZE),
    );
    return;
  }
  $connection.setLast(lambda($last, pageSize));
  $connection.setFirst(
    lambda(
      list([$first ?? constant(null), $last]),
      ([first, last]) => pageSize(first) ?? (last == null ? DEFAULT_PAGE_SIZE : null),
    ),
  );
}

/** Null when the query does not name the argument. A variable without a value is named. */
function present($value: Step): Step | null {
  return $value instanceof ConstantStep && $value.data === undefined ? null : $value;
}

function pageSize(value: unknown): number | null {
  if (value == null) return null;
  if (typeof value === "number" && value >= 0 && value <= MAX_PAGE_SIZE) return value;
  throw new SafeError(`Ask for 0 to ${MAX_PAGE_SIZE} at a time, and follow the cursor for more.`, {
    code: "BAD_INPUT",
  });
}
