import type { Promised } from "./promises.ts";

const listenerLimits = "test/listener/tcp/tcp-limits.test.ts";
const deletions = "test/infra/promises.test.ts: a promise is seen to be broken when somebody deletes";
const backlog = "test/listener/udp/datagram-backlog.test.ts";

/** The rows of SECURITY.md's table of limits. */
export const promisedLimits: readonly Promised[] = [
  ...limit("a datagram |", "test/wire/msgpack-reader.test.ts: has a limit on the %s"),
  ...limit("a frame, a queue message", "test/listener/tcp/frame-reader.test.ts: takes a frame of exactly the limit"),
  ...limit("depth; entries of a map; items of a list", "test/wire/json-reader.test.ts: has a limit on the %s"),
  ...limit(
    "digits of a JSON integer",
    "test/wire/json-reader.test.ts: refuses an integer of 4,301 digits, as Python does",
  ),
  ...limit("envelopes inside each other", "test/wire/queue-body.test.ts: refuses %s"),
  ...limit(
    "text to sign |",
    "test/judge/bad-datagrams.test.ts: whose text to sign would be a thousand times its size is refused before it is signed",
  ),
  ...limit(
    "text to sign of all messages in one list",
    "test/judge/cost.test.ts: takes 16 characters of text for each byte of a message in a list, and an advance that the genuine give back",
  ),
  ...limit(
    "names that are remembered, for each dialect",
    "test/signature/legacy/field-names.test.ts: holds no more than its limit, and no less than it says, whatever names come",
  ),
  ...limit(
    "metadata that is remembered, of proved messages alone",
    "test/judge/known-metadata.test.ts: holds less than it says: metadata %s",
  ),
  ...limit(
    "time for a frame",
    `${listenerLimits}: count a frame's time from its first byte, however its sender trickles`,
  ),
  ...limit(
    "connections of one TCP listener",
    `${listenerLimits}: close connections over their number at once, and take more when others have gone`,
  ),
  ...limit(
    "of them, of one address",
    "test/listener/tcp/connection-shares.test.ts: keep to their numbers whatever comes",
    "test/listener/tcp/tcp-shares.test.ts: are shared by address: silent ones of one address lock nobody out, at work or not yet",
  ),
  ...limit(
    "bytes of frames not yet whole",
    "test/listener/tcp/tcp-buffers.test.ts: are cut off when all together are too much, the oldest large one of who holds most, and no other",
  ),
  ...limit(
    "time for strangers' datagrams",
    `${backlog}: verifies of strangers' datagrams no more than their share while more are waiting to be read`,
  ),
  ...limit(
    "time for judging what one call of the queue's function brought",
    "test/queue/queue-handler-time.test.ts: are given back before the time is up, and their neighbours are stored, whichever came first",
  ),
  ...limit(
    "time for what is not genuine under a known sender's address",
    `${backlog}: keeps a flood under a known sender's address from the time of other known senders, and forgives it later`,
  ),
  ...limit(
    "genuine records waiting for storage",
    "test/dispatch/record-queue.test.ts: holds no more than its capacity, whether waiting or on the way, and takes more when there is room",
  ),
  ...limit(
    "datagrams read and not yet verified",
    `${backlog}: holds no more than its bytes, and takes or sheds once whatever is pushed`,
  ),
  ...limit(
    "messages waiting for the spill queue",
    "test/dispatch/spiller-drain.test.ts: settles every message exactly once and never holds too much, whatever the queue does",
  ),
  ...limit(
    "an inflated envelope of signature v2",
    "test/signature/v2/open-envelope.test.ts: is not inflated beyond the limit, however much it would come to",
  ),
  ...limit(
    "contents known as recorded",
    "test/dispatch/recently-recorded.test.ts: always holds the newest half of its capacity, and never more than the capacity",
  ),
  ...limit(
    "receipts of a queue's message, stored or not",
    "test/queue/invocation/retry-pauses.test.ts: outlast a day with receipts to spare, and end among the dead letters before the queue deletes the message",
    "test/queue/retries.test.ts: is a dead letter after its last strike, alone: its neighbours are stored and gone",
    deletions,
  ),
  ...limit(
    "prerequisites known as written to DynamoDB",
    "test/storage/dynamodb/written/written-keys.test.ts: are known in proportion beyond that, however often they are written in turn, in the same memory",
  ),
  ...limit(
    "identities known with what is billed of them",
    "test/dispatch/recent-pairings.test.ts: holds less than it says after any number of %s",
  ),
  ...limit(
    "log lines about conflicts",
    "test/dispatch/conflict-log.test.ts: ten conflicts at once have a line each, and of thousands more the next line tells how many there were",
  ),
  ...limit(
    "messages kept that are genuine and `ambiguous`",
    "test/quarantine/proved-share.test.ts: is kept once, and at most four times under one signature, in whatever form it comes",
    "test/quarantine/proved-share.test.ts: waits for its turn, in memory of its own, and is lost and counted beyond 16 MiB or after the stop",
  ),
  ...limit(
    "signatures remembered with what they signed",
    "test/judge/doubts.test.ts: takes the same few bytes whatever it has met, and forgets what another one drove out",
  ),
  ...limit(
    "log lines about marks and re-cuts",
    "test/assembly/doubt-log.test.ts: logs the first of each kind, then at most one in ten seconds, with how many there were",
  ),
  ...limit(
    "rejected messages kept of what comes by UDP or TCP",
    "test/quarantine/quarantine-quota.test.ts: stays within its bounds in a flood of 100,000 messages",
    "test/quarantine/file-quarantine.test.ts: leaves out what comes by sockets once half is full, however it was filled, and keeps queues' messages in the rest",
  ),
  ...limit(
    "readings of the keys for unknown key ids",
    "test/keys/refreshing-keys.test.ts: are read for a key id that nobody knows, but not oftener than every 30 s",
  ),
  ...limit(
    "log lines about rejections",
    "test/listener/rejection-log.test.ts: writes the first of each reason at once, then one line for all that follow in an interval",
  ),
  ...limit(
    "connections of the health port",
    "test/listener/health-server.test.ts: takes so many connections at once and no more",
    "test/listener/health-server.test.ts: closes a connection that says nothing, and one that says too little in its time",
  ),
];

/** A row of the table of limits. */
function limit(says: string, ...backedBy: readonly string[]): readonly Promised[] {
  return [{ page: "SECURITY.md", says: `| ${says}`, backedBy }];
}
