import { proveWall } from "./prove_wall.ts";

proveWall("escalations", ["de", "fr", "uk", "us", "br", "globex-nl"]);
