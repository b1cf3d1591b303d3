import { fastify } from "fastify";
import { z } from "zod";
import { answerParent } from "./child.ts";
import { makeKeeper } from "./single_insert.ts";

const Start = z.object({ url: z.string() });

/** Fastify with one INSERT a request. The body stays raw: parsing it would cost more. */
answerParent(async (message) => {
  const keep = await makeKeeper(Start.parse(message).url);
  const app = fastify();
  app.addContentTypeParser("application/json", { parseAs: "buffer" }, (_request, body, done) =>
    done(null, body),
  );
  app.post("/capture/web-form", async ({ body, headers }, reply) => {
    const key = headers["idempotency-key"];
    if (!Buffer.isBuffer(body) || typeof key !== "string") {
      return reply.status(400).send({ error: "A body and an Idempotency-Key are needed." });
    }
    return keep(key, "application/json", body);
  });
  return { port: Number(new URL(await app.listen({ port: 0, host: "127.0.0.1" })).port) };
});
