import { proveWall } from "./prove_wall.ts";

// What lies above one's own territory is hidden too: of it a rep knows the ids in `path` and no name.
proveWall("territories", ["global", "emea", "de", "fr", "uk", "us", "br", "globex", "globex-nl"], {
  column: "id",
  written: "name",
});
