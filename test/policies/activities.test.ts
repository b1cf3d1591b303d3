import { proveWall } from "./prove_wall.ts";

proveWall("activities", ["de", "fr", "uk", "us", "br", "globex-nl"]);
