import { BlockList, isIP } from "node:net";

/** What an IP address is to the worker: `inside` is a network that was allowed by name, `blocked` every other that is not public. */
export type Reach = (address: string) => "public" | "inside" | "blocked";

/**
 * Everything that is no public address, unless one of `allowed` (`10.1.0.0/16`) holds it: a URL that somebody hands us
 * shall not make the worker speak to what only it can reach.
 */
export function makeReach(allowed: readonly string[]): Reach {
  const blocked = listOf(BLOCKED);
  const open = listOf(allowed);
  return (address) => {
    const plain = embedded(address);
    if (isIP(plain) === 0) return "blocked";
    const family = isIP(plain) === 6 ? "ipv6" : "ipv4";
    if (open.check(plain, family)) return "inside";
    return blocked.check(plain, family) ? "blocked" : "public";
  };
}

/** An IPv4 address in the clothes of IPv6 is what it is: `::ffff:7f00:1` as Node's URL writes it, too. */
function embedded(address: string): string {
  const mapped = /^::ffff:(.+)$/i.exec(address)?.[1];
  if (mapped === undefined) return address;
  const [high, low] = mapped.split(":").map((part) => Number.parseInt(part, 16));
  if (isIP(mapped) === 4 || high === undefined || low === undefined) return mapped;
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
}

function listOf(subnets: readonly string[]): BlockList {
  const list = new BlockList();
  for (const subnet of subnets) {
    const [net = "", bits = ""] = subnet.split("/");
    list.addSubnet(net, Number(bits), net.includes(":") ? "ipv6" : "ipv4");
  }
  return list;
}

/** Of this host and network, shared, for documents and tests, for many, reserved; and ways around through IPv6. */
const BLOCKED = [
  ...["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"],
  ...["192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24"],
  ...["203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"],
  ...["::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16"],
  ...["5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8"],
];
