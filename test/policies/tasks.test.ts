import { proveWall } from "./prove_wall.ts";

proveWall("tasks", ["de", "fr", "uk", "us", "br", "globex-nl"]);
