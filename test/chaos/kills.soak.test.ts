import { makeChance } from "./chance.ts";
import * as scenarios from "./scenarios.ts";
import { test } from "./site.ts";

test("an API killed 100 times loses nothing that it answered", ({ site }) =>
  scenarios.apiKilled(site, makeChance(101), 100));

test("a database killed 20 times comes back each time, and everything goes on by itself", ({ site }) =>
  scenarios.postgresKilled(site, makeChance(102), 20));

test("the work of 50 killed workers is taken over, and done once", ({ site }) =>
  scenarios.workerKilled(site, makeChance(103), 50));

test("the jobs that 10 killed workers hold are let go within a minute", ({ site }) =>
  scenarios.workerKilledInBatch(site, makeChance(104), 10));

test("connections that are cut 50 times are made again, and nothing is lost or done twice", ({ site }) =>
  scenarios.sessionsCut(site, makeChance(105), 50));

test("a worker stopped 20 times under load ends in order each time", ({ site }) =>
  scenarios.workerRedeployed(site, makeChance(106), 20));

test("due thresholds fire once each, in order, however many workers die over them", ({ site }) =>
  scenarios.thresholdsDue(site, makeChance(107), 10));
