import { proveWall } from "./prove_wall.ts";

proveWall("exception_comments", ["de", "fr", "uk", "us", "br", "globex-nl"]);
