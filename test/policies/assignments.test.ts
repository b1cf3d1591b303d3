import { proveWall } from "./prove_wall.ts";

proveWall("assignments", ["de", "fr", "uk", "us", "br", "globex-nl"]);
