/** Advice on the errors that a person starting a listener really meets. */
const advice: Readonly<Record<string, string>> = {
  EADDRINUSE: "another process has the port; stop that one, or choose another port (0 lets the system choose)",
  EACCES: "the system does not allow it; choose a port from 1024 up, or give the process that right",
  EPERM: "the system does not allow it; choose a port from 1024 up, or give the process that right",
  EADDRNOTAVAIL:
    "this machine has no such address; use one that it has, [::] for all of them, or 0.0.0.0 for those of IPv4",
  EAFNOSUPPORT: "this machine has no such kind of address; use the other one of IPv4 and IPv6",
  ENOTFOUND: "the name is not known; use an address, or a name that this machine can look up",
  EAI_AGAIN: "the name could not be looked up now; use an address, or try again",
};

/** An error whose text tells the person who started it what to do; the original is its cause. */
export function bindError(url: string, cause: unknown): Error {
  const code = cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : "";
  const why = both(url, code) ?? advice[code] ?? (cause instanceof Error ? cause.message : String(cause));
  return new Error(`cannot listen on ${url}: ${why}${code === "" ? "" : ` (${code})`}`, { cause });
}

/** A process that has the port of IPv4 alone is in the way of `[::]`, too. */
function both(url: string, code: string): string | undefined {
  if (code !== "EADDRINUSE" || !/^[a-z]+:\/\/\[::\]:[0-9]+$/.test(url)) return undefined;
  return `another process has the port, of IPv6 or of IPv4; stop that one, choose another port, or leave IPv4 to it with ${url}?ipv6only=1`;
}
