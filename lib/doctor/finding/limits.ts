/** Records in front of storage: half of what a record queue holds before it sheds, as the alarm has it. */
export const BACKLOG_RECORDS = 5_000;

/** Age of what is not stored, in seconds: no retry that goes well takes so long. */
export const OLD_SECONDS = 900;

/** Seconds since a queue was asked for messages, which is done every second. */
export const SILENT_POLL_SECONDS = 60;

/** Rejected messages from which on they are a share of anything, and the share, as the alarms have it. */
export const FEWEST_REJECTED = 5;
export const REJECTED_PERCENT = 5;
