import { z } from "zod";

export const Slug = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, "must be a slug: small letters, digits, hyphens");
