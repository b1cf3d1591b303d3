import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { readConfig } from "../../src/config.ts";

const Service = z.object({
  image: z.string().optional(),
  build: z.string().optional(),
  command: z.union([z.string(), z.array(z.string())]).optional(),
  environment: z.record(z.string(), z.string()).optional(),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).optional(),
});
const Compose = z.object({ services: z.record(z.string(), Service) });

const compose = Compose.parse(parse(readFileSync("docker-compose.yml", "utf8"), { merge: true }));
const dockerfile = readFileSync("Dockerfile", "utf8");

test("compose starts PostgreSQL 18, then the migrations, then the API and the worker", () => {
  expect(Object.keys(compose.services)).toEqual(["postgres", "migrate", "api", "worker"]);
  expect(compose.services.postgres?.image).toBe("postgres:18");
  expect(compose.services.migrate?.depends_on?.postgres?.condition).toBe("service_healthy");
  for (const service of ["api", "worker"]) {
    expect(compose.services[service]?.depends_on?.migrate?.condition).toBe("service_completed_successfully");
  }
});

test("every service's environment is one that the program reads and accepts", () => {
  for (const name of ["migrate", "api", "worker"]) {
    const environment = withoutPlaceholders(compose.services[name]?.environment ?? {});
    expect(environment).toHaveProperty("DATABASE_URL");
    const config = readConfig(environment);
    expect(config.database).toMatchObject({ kind: "server" });
    expect(config.environment).toBe("production");
  }
});

test("the image's own environment is accepted too, and its commands are commands of the program", () => {
  const lines = /^ENV ((?:.*\\\n)*.*)$/m.exec(dockerfile)?.[1] ?? "";
  const environment = Object.fromEntries(
    [...lines.matchAll(/(\w+)=(\S+)/g)].map(([, name, value]) => [name ?? "", value ?? ""]),
  );
  expect(readConfig(environment)).toMatchObject({ host: "0.0.0.0", port: 4000 });
  const commands = [
    dockerfile,
    ...Object.values(compose.services).map(({ command }) => JSON.stringify(command)),
  ];
  for (const text of commands) {
    for (const [, command] of text.matchAll(/"bin\/catchment\.js",\s*"(\w+)"/g)) {
      expect(["start", "migrate"]).toContain(command);
    }
  }
});

test("what the image copies is there, and the embedded server is left out of it", () => {
  const copied = [...dockerfile.matchAll(/^COPY (\S+) \S+$/gm)].map(([, folder]) => folder);
  expect(copied).toEqual(["bin", "db", "examples", "graphql", "src"]);
  expect(dockerfile).toContain("--omit=optional");
});

/** `${NAME:?…}` must be set by the user, `${NAME:-default}` need not. */
function withoutPlaceholders(environment: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [
      name,
      value.replace(/\$\{\w+:-([^}]*)\}/g, "$1").replace(/\$\{\w+:\?[^}]*\}/g, "x".repeat(40)),
    ]),
  );
}
