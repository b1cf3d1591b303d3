import { test } from "vitest";
import { rehearseBesideArrivals } from "./rehearse_beside.ts";

test("5,000 are rehearsed while the same people arrive", () => rehearseBesideArrivals(5_000));
