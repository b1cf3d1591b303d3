import { proveWall } from "./prove_wall.ts";

proveWall("teams", ["global", "emea", "de", "fr", "us", "br", "globex", "globex-nl"]);
