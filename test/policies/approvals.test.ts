import { proveWall } from "./prove_wall.ts";

proveWall("approvals", ["de", "fr", "uk", "us", "br", "globex-nl"]);
