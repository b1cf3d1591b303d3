import type { GraphQLError } from "postgraphile/graphql";

/** Gives what is wrong with a document itself a code, as everything else has: grafserv answers it without asking `maskError`. */
export function makeCodesPlugin(maskError: (error: GraphQLError) => GraphQLError): GraphileConfig.Plugin {
  return {
    name: "CatchmentCodesPlugin",
    version: "1.0.0",
    grafserv: {
      middleware: {
        setPreset(next, options) {
          const { getExecutionConfig } = options;
          options.getExecutionConfig = async function (context) {
            const config = await getExecutionConfig.call(this, context);
            const parseAndValidate: typeof config.parseAndValidate = (source) => {
              const read = config.parseAndValidate(source);
              return read.errors === undefined ? read : { errors: read.errors.map(maskError) };
            };
            return { ...config, parseAndValidate };
          };
          return next();
        },
      },
    },
  };
}
