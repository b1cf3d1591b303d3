import { proveWall } from "./prove_wall.ts";

proveWall("clocks", ["de", "fr", "uk", "us", "br", "globex-nl"]);
