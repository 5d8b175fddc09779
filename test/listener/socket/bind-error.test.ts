import { describe, expect, it } from "vitest";
import { bindError } from "../../../lib/listener/socket/bind-error.ts";

function systemError(code: string): Error {
  return Object.assign(new Error(`bind ${code}`), { code });
}

describe("bindError", () => {
  it("says what to do when the port needs a right that the process lacks", () => {
    const cause = systemError("EACCES");
    const error = bindError("udp://0.0.0.0:52", cause);
    expect(error.message).toBe(
      "cannot listen on udp://0.0.0.0:52: the system does not allow it; choose a port from 1024 up, or give the process that right (EACCES)",
    );
    expect(error.cause).toBe(cause);
  });

  it("says that the port of IPv4 is in the way of [::], and how to leave it", () => {
    expect(bindError("udp://[::]:4952", systemError("EADDRINUSE")).message).toBe(
      "cannot listen on udp://[::]:4952: another process has the port, of IPv6 or of IPv4; stop that one, choose another port, or leave IPv4 to it with udp://[::]:4952?ipv6only=1 (EADDRINUSE)",
    );
  });

  it("passes on the system's words for anything else", () => {
    expect(bindError("tcp://[::]:1", systemError("ENOBUFS")).message).toBe(
      "cannot listen on tcp://[::]:1: bind ENOBUFS (ENOBUFS)",
    );
    expect(bindError("tcp://[::]:1", "odd").message).toBe("cannot listen on tcp://[::]:1: odd");
  });
});
