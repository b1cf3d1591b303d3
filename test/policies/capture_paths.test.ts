import { proveWall } from "./prove_wall.ts";

proveWall("capture_paths", ["global", "de", "globex"]);
