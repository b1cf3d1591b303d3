import { proveWall } from "./prove_wall.ts";

proveWall("leads", ["de", "fr", "uk", "us", "br", "globex-nl"]);
