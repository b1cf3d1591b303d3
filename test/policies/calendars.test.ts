import { proveWall } from "./prove_wall.ts";

proveWall("calendars", ["de", "fr", "us", "globex-nl"]);
