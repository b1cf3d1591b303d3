import { ignored, keyOf, objectIn, readObject, textAt } from "../told.ts";
import { hmacSignature } from "../verify.ts";
import type { Source } from "./source.ts";

/** AfterShip: where a parcel is. Secret: the webhook's own. */
export const aftership: Source = {
  verify: hmacSignature({ header: "aftership-hmac-sha256", encoding: "base64" }),
  key: (event) => keyOf(textAt(objectIn(event.body), "event_id")),
  read: (event) =>
    readObject(event, (told) =>
      textAt(told, "event")?.startsWith("tracking") === true
        ? { kind: "order" }
        : ignored("An event that tells of no parcel."),
    ),
};
