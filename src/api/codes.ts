import type { Result } from "postgraphile/grafserv";
import type { GraphQLError } from "postgraphile/graphql";

/**
 * Gives what is wrong with a document, or with the request around it, a code, as everything else has: grafserv answers both
 * without asking `maskError`.
 */
export function makeCodesPlugin(maskError: (error: GraphQLError) => GraphQLError): GraphileConfig.Plugin {
  return {
    name: "CatchmentCodesPlugin",
    version: "1.0.0",
    grafserv: {
      middleware: {
        async processRequest(next) {
          return withCodes(await next());
        },
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

type Refusal = { errors?: { message: string; extensions?: { code?: string } }[] };

/** By then it is bytes: no request at all (400), too many of them (413), a method or a media type that will not do. */
function withCodes(result: Result | null): Result | null {
  if (result?.type !== "buffer" || result.statusCode < 400 || result.statusCode >= 500) return result;
  if (!result.headers["content-type"]?.startsWith("application/")) return result;
  const refusal: Refusal = JSON.parse(result.buffer.toString("utf8"));
  const code = result.statusCode === 413 ? "TOO_LARGE" : "BAD_INPUT";
  const errors = refusal.errors?.map((error) => ({ ...error, extensions: { code, ...error.extensions } }));
  if (errors === undefined) return result;
  const buffer = Buffer.from(JSON.stringify({ ...refusal, errors }), "utf8");
  return { ...result, buffer, headers: { ...result.headers, "content-length": String(buffer.length) } };
}
