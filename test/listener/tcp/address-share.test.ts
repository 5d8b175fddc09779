import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addressShare } from "../../../lib/listener/tcp/address-share.ts";

describe("the share of an address", () => {
  it.each([
    ["192.0.2.1", "192.0.2.1"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["::FFFF:C000:0201", "192.0.2.1"],
    ["2001:db8:1:2:3:4:5:6", "20010db800010002"],
    ["2001:db8:1:2::", "20010db800010002"],
    ["2001:db8:1:3::", "20010db800010003"],
    ["fe80::1%eth0", "fe80000000000000"],
    ["::1", "0000000000000000"],
    ["64:ff9b::192.0.2.1", "0064ff9b00000000"],
    [undefined, ""],
  ])("of %s is %s", (address, share) => {
    expect(addressShare(address)).toBe(share);
  });

  it("is one for a whole IPv6 network of 64 bits, and another one for any other", () => {
    const group = fc.nat(0xffff);
    fc.assert(
      fc.property(fc.array(group, { minLength: 12, maxLength: 12 }), (groups) => {
        const spell = (parts: readonly number[]) => parts.map((part) => part.toString(16)).join(":");
        const network = groups.slice(0, 4);
        const [one, other] = [spell([...network, ...groups.slice(4, 8)]), spell([...network, ...groups.slice(8)])];
        expect(addressShare(one)).toBe(addressShare(other));
        const neighbour = network.map((part, index) => (index === 3 ? part ^ 1 : part));
        expect(addressShare(spell([...neighbour, ...groups.slice(8)]))).not.toBe(addressShare(one));
      }),
    );
  });
});
