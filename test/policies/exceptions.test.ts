import { proveWall } from "./prove_wall.ts";

proveWall("exceptions", ["global", "de", "fr", "uk", "us", "br", "globex-nl"]);
