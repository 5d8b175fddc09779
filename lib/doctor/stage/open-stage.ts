import { parseListenUrl } from "../../listener/socket/listen-url.ts";
import { type ListenerName, listenerNames } from "../../sample/listener-name.ts";
import { environmentNames, parseListenerNames } from "../../settings.ts";
import { skewFindings } from "../figures/clock.ts";
import { figureFindings } from "../figures/figure-findings.ts";
import { type Check, unseen } from "../finding/check.ts";
import { readKeyEntries } from "../key-entries.ts";
import { type SetUp, setUpChecks } from "../set-up-checks.ts";
import { alarmCheck } from "./alarm-check.ts";
import type { StageClients } from "./aws-calls.ts";
import { secretCheck } from "./secret-check.ts";
import { settingsCheck } from "./settings-check.ts";
import { stackFindings } from "./stack-findings.ts";
import { deployedTemplate, describeStack, stackNames } from "./stacks.ts";
import { readStageFigures } from "./stage-figures.ts";

/** How a person wants a stage to be looked at. */
export type StageOptions = Pick<SetUp, "addresses" | "sends" | "datagramBytes" | "waitMs" | "now"> & {
  readonly stage: string;
  /** A file with stages, instead of the one beside cdk.json. */
  readonly settingsFile?: string | undefined;
};

export interface StageChecks {
  /** To be made at the same time. */
  readonly checks: readonly Check[];
  /** To be made afterwards: it keeps the processor busy for seconds, while others would wait for answers. */
  readonly last: Check;
}

/** Where the load balancer listens, as it is deployed. */
const PORTS = { udp: 4_952, tcp: 4_953 } as const;

/** The checks of a deployed stage, by what its stacks say of themselves. @throws what keeps it from being looked at */
export async function openStage(clients: StageClients, options: StageOptions): Promise<StageChecks> {
  const { stage, settingsFile, now } = options;
  const { cloudFormation, cloudWatch } = clients;
  const names = stackNames(stage);
  const queueSide = await describeStack(cloudFormation, names.queueSide);
  if (queueSide === undefined) {
    throw new Error(
      `there is no stack ${names.queueSide} in this account and region: compare --stage, AWS_PROFILE and AWS_REGION`,
    );
  }
  const socketSide = await describeStack(cloudFormation, names.socketSide);
  const stacks = [queueSide, ...(socketSide === undefined ? [] : [socketSide])];
  const missing: string[] = [];
  const output = (name: string): string | undefined => {
    const value = queueSide.outputs.get(name);
    if (value === undefined) missing.push(name);
    return value;
  };
  const [queueUrl, spillQueueUrl] = [output("QueueUrl"), output("SpillQueueUrl")];
  const secretArn = output("SigningSecretArn");
  const queueNames = { queue: nameOf(queueUrl), spillQueue: nameOf(spillQueueUrl) };
  const setUp: SetUp = {
    ...options,
    addresses:
      options.addresses.length > 0 ? options.addresses : addressesOf(socketSide?.outputs.get("PublisherAddress")),
    queueUrl,
    queues: [
      ...(queueUrl === undefined ? [] : [{ url: queueUrl, use: "source" as const }]),
      ...(spillQueueUrl === undefined ? [] : [{ url: spillQueueUrl, use: "spill" as const }]),
    ],
    storage: output("StorageUrl"),
    quarantine: output("QuarantineUrl"),
    keys: await readKeyEntries({ secrets: [], keyFile: null, secretArn: secretArn ?? null }),
    allowsDefaultSecret: false,
    // That the template can't be read is told by the check of settings.
    legacyListeners: await deployedTemplate(cloudFormation, names.queueSide).then(
      legacyListenersIn,
      () => listenerNames,
    ),
  };
  const figures = async () => figureFindings(await readStageFigures(cloudWatch, { stage, queueNames, now: now() }));
  return {
    checks: [
      ...setUpChecks(setUp),
      {
        name: "stage",
        about: names.queueSide,
        look: async () => [
          ...stacks.flatMap(stackFindings),
          ...missing.map((name) => unseen("stage", names.queueSide, `it has no output ${name}; deploy it again`)),
        ],
      },
      { name: "clock", about: "AWS", look: async () => clockFindings(clients) },
      { name: "loss", about: `figures of ${stage}`, look: figures },
      alarmCheck(cloudWatch, names.queueSide),
      ...(secretArn === undefined ? [] : [secretCheck(secretArn, now)]),
    ],
    last: settingsCheck(cloudFormation, { stage, stackNames: stacks.map(({ name }) => name), file: settingsFile }),
  };
}

function clockFindings(clients: StageClients): ReturnType<typeof skewFindings> {
  const clock = clients.clock();
  if (clock === undefined) throw new Error("AWS's answers have no Date");
  return skewFindings("AWS", clock.theirs - clock.ours);
}

function nameOf(queueUrl: string | undefined): string {
  return queueUrl?.split("/").at(-1) ?? "";
}

function addressesOf(host: string | undefined): SetUp["addresses"] {
  if (host === undefined) return [];
  return (["udp", "tcp"] as const).flatMap((protocol) => {
    const parsed = parseListenUrl(`${protocol}://${host}:${PORTS[protocol]}`);
    return parsed.ok ? [parsed.address] : [];
  });
}

/** Those that accept Ceilometer's own signature, by the environment that was deployed. */
function legacyListenersIn(template: string): readonly ListenerName[] {
  const text = new RegExp(`"${environmentNames.legacyListeners}"\\s*:\\s*"([^"]*)"`).exec(template)?.[1];
  const parsed = text === undefined ? listenerNames : parseListenerNames(text);
  return typeof parsed === "string" ? listenerNames : parsed;
}
