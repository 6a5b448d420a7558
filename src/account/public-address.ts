import { BlockList, isIP } from 'node:net';

/**
 * Networks that are not the public internet (IANA special-purpose registries): a look-up for somebody else's domain has
 * no business there, and a server that redirects or resolves to them wants to reach what only this machine can reach.
 */
const PRIVATE_IPV4: ReadonlyArray<readonly [string, number]> = [
    ['0.0.0.0', 8],
    ['10.0.0.0', 8],
    ['100.64.0.0', 10],
    ['127.0.0.0', 8],
    ['169.254.0.0', 16],
    ['172.16.0.0', 12],
    ['192.0.0.0', 24],
    ['192.0.2.0', 24],
    ['192.88.99.0', 24],
    ['192.168.0.0', 16],
    ['198.18.0.0', 15],
    ['198.51.100.0', 24],
    ['203.0.113.0', 24],
    ['224.0.0.0', 3]
];
/** Of IPv6 only the allocated unicast space is public; ranges in it that lead elsewhere are taken out again. */
const PUBLIC_IPV6 = ['2000::', 3] as const;
const PRIVATE_IPV6: ReadonlyArray<readonly [string, number]> = [
    ['2001::', 23],
    ['2001:db8::', 32],
    // 6to4: the address holds an IPv4 address of anybody's choice
    ['2002::', 16],
    ['3fff::', 20]
];

const privateNetworks = new BlockList();
PRIVATE_IPV4.forEach(([network, prefix]) => privateNetworks.addSubnet(network, prefix, 'ipv4'));
PRIVATE_IPV6.forEach(([network, prefix]) => privateNetworks.addSubnet(network, prefix, 'ipv6'));
const publicIpv6 = new BlockList();
publicIpv6.addSubnet(...PUBLIC_IPV6, 'ipv6');

/** True for an address of the public internet; false for every other one and for text that is no address. */
export function isPublicAddress(address: string): boolean {
    switch (isIP(address)) {
        case 4:
            return !privateNetworks.check(address, 'ipv4');
        case 6:
            // an IPv4 address in IPv6 clothes lies outside of the public space as well
            return publicIpv6.check(address, 'ipv6') && !privateNetworks.check(address, 'ipv6');
        default:
            return false;
    }
}
