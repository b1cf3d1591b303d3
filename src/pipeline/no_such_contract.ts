/** Thrown where the version of a contract that was asked for is not there. */
export class NoSuchContract extends Error {}
