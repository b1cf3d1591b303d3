import { proveWall } from "./prove_wall.ts";

proveWall("exception_escalations", ["de", "fr", "uk", "us", "br", "globex-nl"]);
