import { proveWall } from "./prove_wall.ts";

proveWall("accounts", ["global", "emea", "de", "fr", "us", "globex", "globex-nl"]);
