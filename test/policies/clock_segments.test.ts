import { proveWall } from "./prove_wall.ts";

proveWall("clock_segments", ["de", "fr", "uk", "us", "br", "globex-nl"]);
