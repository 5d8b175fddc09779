/** A sentence or row of a page, by words of it, and the tests that fail when it is no longer true: `FILE: TITLE`. */
export interface Promised {
  readonly page: "SECURITY.md" | "README.md";
  /** Words that stand there, on one line. */
  readonly says: string;
  /** At least one. A title that is made for each row of a table is written as in its test, with `%s`. */
  readonly backedBy: readonly string[];
}

const access = "test/infra/promises.test.ts: the templates promise that";
const deletions = "test/infra/promises.test.ts: a promise is seen to be broken when somebody deletes";
const listenerLimits = "test/listener/tcp/tcp-limits.test.ts";
const backlog = "test/listener/udp/datagram-backlog.test.ts";

/** What both pages promise about security. Add a row with each new promise; a bullet or limit without one fails the test. */
export const promised: readonly Promised[] = [
  {
    page: "README.md",
    says: "Nothing is stored that was not proved genuine",
    backedBy: [
      "test/judge/bit-flips.test.ts: never changes the text that was signed, in whichever dialect it verifies",
      "test/judge/bad-datagrams.test.ts: %s is rejected with its reason, and the next good one is recorded",
    ],
  },
  {
    page: "README.md",
    says: "is counted as recorded, rejected (with a reason), failed, spilled or shed",
    backedBy: [
      "test/dispatch/intake-conservation.test.ts: the intake loses count of no message and no sample, whatever storage and spill queue do",
    ],
  },
  {
    page: "SECURITY.md",
    says: "Nothing is stored that was not signed with one of the configured secrets",
    backedBy: [
      "test/judge/bit-flips.test.ts: in a captured datagram verifies under Python 3's dialect only inside the name of an empty map",
      "test/signature/v2/open-envelope.test.ts: is rejected with any one byte of any other value, before its body is read",
      "test/signature/constant-time.test.ts: compares signatures in constant time, and in no other way",
    ],
  },
  {
    page: "SECURITY.md",
    says: "No bytes, whoever sends them, end the service or keep it busy",
    backedBy: [
      "test/signature/v2/open-envelope.test.ts: never makes the opener throw, whatever the bytes after its magic, signed or not",
      "test/wire/queue-body.test.ts: takes no longer for a hostile body than for an honest one",
      "test/judge/bad-datagrams.test.ts: whose text to sign would be a thousand times its size is refused before it is signed",
    ],
  },
  {
    page: "SECURITY.md",
    says: "No message, whoever signed it, replaces, lowers or hides what another proved sample says",
    backedBy: [
      "test/storage/conflict-contract.ts: reads the same whatever the order and number of arrivals",
      "test/dispatch/recently-recorded.test.ts: does not silence another content of the same identity, not even under the same signature",
    ],
  },
  {
    page: "SECURITY.md",
    says: "Neither a secret nor an expected signature is logged",
    backedBy: ["test/assembly/open-keys.test.ts: never holds a secret in what it logs"],
  },
  {
    page: "SECURITY.md",
    says: "An empty secret, one of less than four characters",
    backedBy: [
      "test/keys/make-keys.test.ts: is refused with the secret %j",
      "test/assembly/open-keys.test.ts: refuses a well-known default secret wherever it is kept, and warns where it is allowed",
    ],
  },
  {
    page: "SECURITY.md",
    says: "is refused if another user owns it, can write it, or can replace it",
    backedBy: [
      "test/keys/places/trusted-file.test.ts: who may change a file with secrets",
      "test/keys/places/trusted-file.test.ts: is refused where a link to it can be replaced",
    ],
  },
  {
    page: "SECURITY.md",
    says: "A key id that looks like a secret is refused and not repeated",
    backedBy: ["test/keys/make-keys.test.ts: is refused with %s for its id, which is not repeated"],
  },
  {
    page: "SECURITY.md",
    says: "User names and passwords in the URL",
    backedBy: ["test/log/shown-url.test.ts: are refused and never repeated, whoever reads it"],
  },
  {
    page: "SECURITY.md",
    says: "holds no control, bidi or other invisible character",
    backedBy: [
      "test/cli/terminal.test.ts: acts on no terminal by any command, and means the same in JSON",
      "test/log/printable.test.ts: is what a logger writes, of its fields too",
    ],
  },
  {
    page: "SECURITY.md",
    says: "are made for their owner alone (0600)",
    backedBy: [
      "test/storage/file/file.test.ts: is for %s, also once it is full",
      "test/quarantine/file-quarantine.test.ts: lets only its owner read an entry",
      "test/keys/key-store.test.ts: is made for its owner alone, where that is wanted",
    ],
  },
  {
    page: "SECURITY.md",
    says: "Retention that is shorter than the time window",
    backedBy: ["test/assembly/open-parts.test.ts: ends the start, whatever else may heal"],
  },
  {
    page: "SECURITY.md",
    says: "Base images are named by digest, and each package by its hash",
    backedBy: [
      "test/base-images.test.ts: are named by digest in %s, each tag by one",
      "test/package-lock.test.ts: has the hash of each package in %s",
    ],
  },
  {
    page: "SECURITY.md",
    says: "**Least privilege.**",
    backedBy: [
      access,
      deletions,
      "test/access/access.test.ts: each right of each role is used by one, or by AWS for a reason",
    ],
  },
  {
    page: "SECURITY.md",
    says: "**Objects are written once.**",
    backedBy: [
      deletions,
      "test/storage/s3/written-once.test.ts: writes every object with If-None-Match, and by no call that can't send it",
    ],
  },
  { page: "SECURITY.md", says: "**Resources `*`.**", backedBy: [access] },
  {
    page: "SECURITY.md",
    says: "**The spill queue.**",
    backedBy: [
      "test/infra/spill-queue.test.ts: takes messages from the roles that were granted it, and from nobody else",
      "test/infra/spill-queue.test.ts: takes no other queue's dead letters, which SQS would move past its policy",
    ],
  },
  {
    page: "SECURITY.md",
    says: "**The canary.**",
    backedBy: [
      access,
      "test/functions/canary/handler.test.ts: sends a sample by UDP, by TCP and by the queue, and finds each in storage, as nobody's",
    ],
  },
  { page: "SECURITY.md", says: "**The operator role.**", backedBy: [access] },
  { page: "SECURITY.md", says: "**Encryption at rest.**", backedBy: [access] },
  { page: "SECURITY.md", says: "**Encryption on the way.**", backedBy: [deletions] },
  {
    page: "SECURITY.md",
    says: "**Network.**",
    backedBy: [
      "test/infra/stage-settings.test.ts: refuse %j",
      "test/infra/udp-collector.test.ts: needs no way to the internet in the VPC that it makes",
    ],
  },
  {
    page: "SECURITY.md",
    says: "**Endpoints.**",
    backedBy: [access, deletions, "test/access/access.test.ts: an endpoint leads to less"],
  },
  { page: "SECURITY.md", says: "**The container.**", backedBy: [access] },
  { page: "SECURITY.md", says: "**The secret.**", backedBy: [access] },
  {
    page: "SECURITY.md",
    says: "**Health port.**",
    backedBy: ["test/listener/health-server.test.ts: takes so many connections at once and no more"],
  },
  { page: "SECURITY.md", says: "**Kept after removal.**", backedBy: [access] },
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
  {
    page: "SECURITY.md",
    says: "What could be another identity, time, volume or project",
    backedBy: [
      "test/judge/recut-search.test.ts: that would be another sample is flagged, with %s",
      "test/judge/recut-search.test.ts: that would be another event is flagged, with %s",
    ],
  },
  {
    page: "SECURITY.md",
    says: "A tenant can write names of fields into his own names",
    backedBy: [
      "test/quarantine/proved-share.test.ts: is kept whole however much there is, beside a share that noise has used up",
      "test/cli/quarantine/replay.test.ts: records what is ambiguous once a person has looked and names it, with a mark that reading shows",
    ],
  },
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
