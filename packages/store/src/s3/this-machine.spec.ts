import { networkInterfaces } from 'node:os';
import { expect, it } from '@jest/globals';
import { isThisMachine } from './this-machine.js';

it.each(['127.0.0.1', '127.9.8.7', '::1', '[::1]', 'localhost', '::ffff:127.0.0.1'])(
  'knows that %s is this machine',
  async (host) => {
    expect(await isThisMachine(host)).toBe(true);
  },
);

it('knows the addresses of its own interfaces', async () => {
  for (const { address } of Object.values(networkInterfaces()).flatMap((all) => all ?? []))
    expect(await isThisMachine(address)).toBe(true);
});

it.each(['192.0.2.1', '2001:db8::1', '126.0.0.1', 'no-such-host.invalid'])(
  'knows that %j is another machine',
  async (host) => {
    expect(await isThisMachine(host)).toBe(false);
  },
);
