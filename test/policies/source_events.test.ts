import { proveWall } from "./prove_wall.ts";

proveWall("source_events", ["de", "fr", "uk", "us", "br", "globex-nl"]);
