/** The 16 bytes of an IPv6 address as Node spells it. */
export function ipv6Bytes(address: string): readonly number[] {
  // The URL's spelling has no IPv4 tail; a zone such as %eth0 is no part of the address.
  const canonical = new URL(`http://[${address.split("%")[0]}]`).hostname.slice(1, -1);
  const [head = [], tail = []] = canonical.split("::").map((part) => part.split(":").filter((group) => group !== ""));
  const zeros = Array<string>(8 - head.length - tail.length).fill("0");
  return [...head, ...zeros, ...tail].flatMap((group) => {
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}
