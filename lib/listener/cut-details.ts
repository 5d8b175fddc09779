import type { CutCause } from "./tcp/tcp-connection.ts";

/** The meaning of each cause, for a person who reads the log. */
export const cutDetails: Readonly<Record<CutCause, string>> = {
  refused: "a new connection found no room, and no silent one to take the place of",
  descriptorsShort: "this process can open hardly anything more: raise ulimit -n, or allow fewer connections",
  displaced:
    "the one that had for longest brought nothing genuine was closed for a new one: too many are open, in all or of its address",
  framingErrors: "what stood for a frame's length was none: often another protocol, such as HTTP or TLS",
  timeouts: "a frame began and did not come to its end in time",
  overBuffered: "unfinished frames together held more than they may, and this one was of the largest",
};
