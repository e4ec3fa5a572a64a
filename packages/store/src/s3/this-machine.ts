import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { networkInterfaces } from 'node:os';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/**
 * Whether a host is this machine itself: every address of its name is a loopback one, or one of this machine's.
 * @param host - a name, or an address, of IPv6 also in brackets
 */
export async function isThisMachine(host: string): Promise<boolean> {
  const name = host.replace(/^\[(.*)\]$/, '$1');
  const addresses =
    isIP(name) === 0
      ? (await lookup(name, { all: true }).catch(() => [])).map(({ address }) => address)
      : [name];
  const own = new Set(
    Object.values(networkInterfaces()).flatMap((all) => all?.map(({ address }) => address)),
  );
  return (
    addresses.length > 0 &&
    addresses.every((address) => {
      const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
      return loopback.check(address, family) || own.has(address);
    })
  );
}
