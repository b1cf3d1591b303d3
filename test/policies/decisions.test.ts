import { proveWall } from "./prove_wall.ts";

proveWall("decisions", ["de", "fr", "uk", "us", "br", "globex-nl"]);
