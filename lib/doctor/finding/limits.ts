/** For one check, in milliseconds: the longest single call of a client is 25 s. */
export const CHECK_WITHIN_MS = 30_000;

/** How long a sample may take to be stored, in seconds: the socket side stores within one, a queue waits up to five for company. */
export const DEFAULT_WAIT_SECONDS = 15;
/** The same of a stage: the function may have to start, and waits for company as long as its batch window says. */
export const DEFAULT_STAGE_WAIT_SECONDS = 60;
/** A batch window may be set to five minutes. */
export const MOST_WAIT_SECONDS = 600;

/** Until an address answers, in milliseconds: several round trips around the world. */
export const CONNECT_WITHIN_MS = 5_000;

/** How long an answer that nobody listens at a UDP port may take, in milliseconds. Most networks send none. */
export const REFUSED_WITHIN_MS = 200;

/** A clock that is set by the network is off by milliseconds; the Date of an answer is exact to the second. */
export const SKEW_RISK_MS = 30_000;
/** From here on envelopes of signature v2, and calls of AWS, are refused. */
export const SKEW_FAULT_MS = 300_000;

/** Days after which a secret has been seen by enough people and backups to be changed. */
export const OLD_KEY_DAYS = 365;

/** Records in front of storage: half of what a record queue holds before it sheds, as the alarm has it. */
export const BACKLOG_RECORDS = 5_000;
/** Messages that wait in a queue: ten full batches of the deployed function. */
export const BACKLOG_MESSAGES = 1_000;
/** Age of what is not stored, in seconds: no retry that goes well takes so long. */
export const OLD_SECONDS = 900;
/** Seconds since a queue was asked for messages, which is done every second. */
export const SILENT_POLL_SECONDS = 60;

/** Rejected messages from which on they are a share of anything, and the share, as the alarms have it. */
export const FEWEST_REJECTED = 5;
export const REJECTED_PERCENT = 5;

/** Entries of a quarantine that are read, the newest: enough to know who sends what. */
export const MOST_ENTRIES = 500;
/** Findings of one quarantine: a person reads no more. */
export const MOST_SENDERS = 10;

/** Bytes of a datagram that every path carries in one piece: Ethernet's 1,500 without headers, and tunnels on the way. */
export const BEST_DATAGRAM_BYTES = 1_400;
/** Of a datagram of ours: less than what is padded has, and more than UDP over IPv4 carries. */
export const LEAST_DATAGRAM_BYTES = 1_200;
export const MOST_DATAGRAM_BYTES = 65_507;
