import { createServer } from "node:http";
import express from "express";
import { z } from "zod";
import { listen } from "../server/listen.ts";
import { answerParent } from "./child.ts";
import { makeKeeper } from "./single_insert.ts";

const Start = z.object({ url: z.string() });

/** Express as its guide has it, with one INSERT a request. The body stays raw: parsing it would cost more. */
answerParent(async (message) => {
  const keep = await makeKeeper(Start.parse(message).url);
  const app = express();
  app.disable("x-powered-by");
  app.post("/capture/web-form", express.raw({ type: "application/json" }), async (request, response) => {
    const body: unknown = request.body;
    const key = request.get("idempotency-key");
    if (!Buffer.isBuffer(body) || key === undefined) {
      response.status(400).json({ error: "A body and an Idempotency-Key are needed." });
      return;
    }
    response.json(await keep(key, "application/json", body));
  });
  return { port: await listen(createServer(app), 0, "127.0.0.1") };
});
