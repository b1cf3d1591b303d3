/** A program that starts the server of a folder and does nothing more, until a test ends it. */
import { startEmbedded } from "../../src/postgres/embedded.ts";

const [dataDir] = process.argv.slice(2);
if (!dataDir) throw new Error("Usage: node hold_server.ts <data folder>");

const log = (line: string) => console.log(line);
const server = await startEmbedded({ dataDir, password: "a password", log });
console.log(`ready ${server.superuserUrl("postgres")}`);
setInterval(() => {}, 1_000);
