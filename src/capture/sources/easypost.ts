import { ignored, keyOf, objectIn, readObject, textAt } from "../told.ts";
import { hmacSignature } from "../verify.ts";
import type { Source } from "./source.ts";

/** EasyPost: parcels, their labels and refunds. Secret: the webhook's own. */
export const easypost: Source = {
  verify: hmacSignature({
    header: "x-hmac-signature",
    encoding: "hex",
    prefix: "hmac-sha256-hex=",
    key: (secret) => secret.normalize("NFKD"),
  }),
  key: (event) => keyOf(textAt(objectIn(event.body), "id")),
  read: (event) =>
    readObject(event, (told) =>
      ABOUT_ORDERS.test(textAt(told, "description") ?? "")
        ? { kind: "order" }
        : ignored("An event that tells of no parcel."),
    ),
};

const ABOUT_ORDERS = /^(?:tracker|shipment|refund|return|scan_form)\./;
