/** A vendor that will not list what it has. The message names no value of anybody. */
export class VendorRefusal extends Error {}
