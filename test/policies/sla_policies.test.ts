import { proveWall } from "./prove_wall.ts";

proveWall("sla_policies", ["global", "de", "globex"]);
