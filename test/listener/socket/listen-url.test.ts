import { describe, expect, it } from "vitest";
import { parseListenUrl, toListenUrl } from "../../../lib/listener/socket/listen-url.ts";

describe("parseListenUrl", () => {
  it.each([
    ["udp://127.0.0.1:4952", { protocol: "udp", host: "127.0.0.1", port: 4952 }],
    ["tcp://0.0.0.0:0", { protocol: "tcp", host: "0.0.0.0", port: 0 }],
    ["udp://[::1]:4952", { protocol: "udp", host: "::1", port: 4952 }],
    ["tcp://[::]:65535", { protocol: "tcp", host: "::", port: 65_535 }],
    ["udp://[::ffff:10.0.0.1]:1", { protocol: "udp", host: "::ffff:10.0.0.1", port: 1 }],
    ["udp://[::]:1?ipv6only=1", { protocol: "udp", host: "::", port: 1, ipv6Only: true }],
    ["tcp://[0::0]:1/?ipv6only=1", { protocol: "tcp", host: "0::0", port: 1, ipv6Only: true }],
    ["udp://localhost:4952", { protocol: "udp", host: "localhost", port: 4952 }],
    ["TCP://collector-1.example.org:4953/", { protocol: "tcp", host: "collector-1.example.org", port: 4953 }],
  ])("reads %s", (url, address) => {
    expect(parseListenUrl(url)).toStrictEqual({ ok: true, address });
  });

  it.each([
    ["", "write udp://HOST:PORT or tcp://HOST:PORT, such as udp://0.0.0.0:4952"],
    ["4952", "write udp://HOST:PORT or tcp://HOST:PORT, such as udp://0.0.0.0:4952"],
    ["127.0.0.1:4952", "write udp://HOST:PORT or tcp://HOST:PORT, such as udp://0.0.0.0:4952"],
    ["http://127.0.0.1:4952", "write udp://HOST:PORT or tcp://HOST:PORT, such as udp://0.0.0.0:4952"],
    ["udp://::1:4952", "write an IPv6 address in brackets, such as udp://[::1]:4952"],
    ["tcp://::1", "write an IPv6 address in brackets, such as tcp://[::1]:4952"],
    ["udp://:4952", "the host is missing; [::] listens on every address, 0.0.0.0 on those of IPv4"],
    ["udp://[]:4952", "the host is missing; [::] listens on every address, 0.0.0.0 on those of IPv4"],
    ["udp://[127.0.0.1]:4952", '"127.0.0.1" is neither an address nor a host name'],
    ["udp://256.0.0.1:4952", '"256.0.0.1" is neither an address nor a host name'],
    ["udp://a b:4952", '"a b" is neither an address nor a host name'],
    ["tcp://127.0.0.1", "the port is missing, such as tcp://127.0.0.1:4952"],
    ["tcp://[::1]", "the port is missing, such as tcp://[::1]:4952"],
    ["tcp://127.0.0.1:", "the port must be a number from 0 to 65535"],
    ["tcp://127.0.0.1:65536", "the port must be a number from 0 to 65535"],
    ["tcp://127.0.0.1:-1", "the port must be a number from 0 to 65535"],
    ["tcp://127.0.0.1:0x10", "the port must be a number from 0 to 65535"],
    ["udp://[::]:1?ipv6only=0", '"?ipv6only=0" is not known; the only one is ?ipv6only=1'],
    ["udp://[::]:1?", '"?" is not known; the only one is ?ipv6only=1'],
    ["udp://[::1]:1?ipv6only=1", "?ipv6only=1 is for [::] alone: any other address is of one kind anyway"],
    ["udp://0.0.0.0:1?ipv6only=1", "?ipv6only=1 is for [::] alone: any other address is of one kind anyway"],
    ["tcp://127.0.0.1:4952/path", "the port must be a number from 0 to 65535"],
  ])("says what is wrong with %j", (url, why) => {
    expect(parseListenUrl(url)).toStrictEqual({ ok: false, problem: `${JSON.stringify(url)}: ${why}` });
  });

  it("does not repeat what may be a password", () => {
    expect(parseListenUrl("udp://user:hush@host:4952")).toStrictEqual({
      ok: false,
      problem: '"udp://…@host:4952": "…@host" is neither an address nor a host name',
    });
  });

  it("repeats only the beginning of a very long URL", () => {
    const parsed = parseListenUrl(`udp://${"a".repeat(100_000)}:x`);
    expect(parsed).toStrictEqual({
      ok: false,
      problem: `"udp://${"a".repeat(94)}…": the port must be a number from 0 to 65535`,
    });
  });

  it("is undone by toListenUrl", () => {
    for (const url of ["udp://127.0.0.1:4952", "tcp://[::1]:0", "udp://localhost:65535", "udp://[::]:1?ipv6only=1"]) {
      const parsed = parseListenUrl(url);
      expect(parsed.ok && toListenUrl(parsed.address)).toBe(url);
    }
  });
});
