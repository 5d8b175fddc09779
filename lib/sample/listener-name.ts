export const listenProtocols = ["udp", "tcp"] as const;
export type ListenProtocol = (typeof listenProtocols)[number];

/** The ways in; a figure was counted at one of them. */
export const listenerNames = ["queue", ...listenProtocols] as const;
export type ListenerName = (typeof listenerNames)[number];
