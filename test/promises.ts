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

/** What both pages promise about security, beside the limits (promised-limits.ts). Add a row with each new promise; a bullet or limit without one fails the test. */
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
];
