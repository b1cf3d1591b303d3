import type { Exported, Source, Vendor } from "../../capture/sources/source.ts";

/** Leads one after the other, and how far that is, in `total` steps. */
export type Listed = {
  total: number;
  leads: (onStep: (done: number) => void) => AsyncGenerator<Exported>;
};

/** Form after form, as the vendor pages them. */
export function listedLeads(
  list: NonNullable<Source["list"]>,
  vendor: Vendor,
  forms: readonly string[],
  since: Date,
): Listed {
  return {
    total: forms.length,
    leads: async function* (onStep) {
      for (const [position, form] of forms.entries()) {
        for await (const event of list(vendor, [form], since)) yield { event, isBare: false };
        onStep(position + 1);
      }
    },
  };
}
