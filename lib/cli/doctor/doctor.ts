import { lastingDrivers } from "../../assembly/drivers.ts";
import { examine, unseen } from "../../doctor/finding/check.ts";
import { type Finding, severities, worstFirst } from "../../doctor/finding/finding.ts";
import {
  CHECK_WITHIN_MS,
  DEFAULT_STAGE_WAIT_SECONDS,
  DEFAULT_WAIT_SECONDS,
  MOST_WAIT_SECONDS,
} from "../../doctor/finding/limits.ts";
import { type SetUp, setUpChecks } from "../../doctor/set-up-checks.ts";
import type { StageOptions } from "../../doctor/stage/open-stage.ts";
import { errorMessage } from "../../log/error-message.ts";
import { type Command, EXIT_FAILED, EXIT_OK, usageError } from "../command/command.ts";
import { parseOptions } from "../command/parse-options.ts";
import { storageForms } from "../command/storage-forms.ts";
import { doctorOptions, wantedFrom } from "./doctor-options.ts";
import { shownFindings } from "./shown-findings.ts";

export const doctorCommand: Command = {
  help: `usage: countersign doctor --listen URL [URL…] --storage URL[,URL…] [OPTION…]
       countersign doctor --stage NAME [OPTION…]

Looks at a set-up from outside and inside, and says what is wrong and what to do, the worst first. It takes the options of
collect, so that a command line which runs one may be given as it is; what none of them names is not looked at.
By each way in it sends a signed sample of its own, of the meter and project countersign.doctor and with a volume of 0,
and looks for it in each storage.

  --listen URL              udp://HOST:PORT or tcp://HOST:PORT; of a collector elsewhere, where publishers send to
  --queue URL               a queue that collectors take messages from; its dead letters are looked at as well
  --spill-queue URL         the same of the spill queue, to which nothing is sent
  --storage URL[,URL…]      where samples are to be found:
${storageForms(lastingDrivers, 28)}
  --health URL              the collector's /healthz and /metrics, such as http://127.0.0.1:8080
  --quarantine URL          where rejected messages are kept: who sends them, and why
  --secret S, --secret-file F, --keys PLACE, --allow-default-secret
                            what the collector takes, to sign with; never printed
  --legacy-listeners LIST   where it accepts Ceilometer's own signature
  --stage NAME              a deployed stage: its stacks say where all of that is; looks at alarms, metrics, the age of the
                            secret and whether it is what the settings would make as well. --listen in place of its load
                            balancer, for whom another address leads there
  --settings FILE           with --stage: its stages.json, where that is not beside cdk.json
  --datagram-bytes N        send a datagram of so many bytes as well: whether one comes through that is cut into fragments
  --no-send                 send no sample; only look
  --wait SECONDS            how long a sample may take to be stored (default ${DEFAULT_WAIT_SECONDS},
                            of a stage ${DEFAULT_STAGE_WAIT_SECONDS}; at most ${MOST_WAIT_SECONDS})
  --json                    one line of JSON for each finding

A finding is a fault (samples are lost, or anybody can make them), a risk (they will be), or unseen (could not look).
Exit code 0: nothing was found; 1: something was; 2: wrongly called.`,

  async run(args, io) {
    const { values, positionals } = parseOptions({ args: [...args], allowPositionals: true, options: doctorOptions });
    const wanted = await wantedFrom(values, positionals);
    if ("problem" in wanted) return usageError(io, wanted.problem);
    const { looked, findings: found } = "stage" in wanted ? await examineStage(wanted) : await examineSetUp(wanted);
    const findings = worstFirst(found);
    for (const line of values.json ? findings.map((one) => JSON.stringify(one)) : shownFindings(findings)) io.out(line);
    io.err(`looked at ${looked} things: ${summary(findings)}`);
    return findings.length === 0 ? EXIT_OK : EXIT_FAILED;
  },
};

interface Examined {
  /** How many things were looked at. */
  readonly looked: number;
  readonly findings: readonly Finding[];
}

async function examineSetUp(setUp: SetUp): Promise<Examined> {
  const checks = setUpChecks(setUp);
  return { looked: checks.length, findings: await examine(checks, CHECK_WITHIN_MS + setUp.waitMs) };
}

async function examineStage(options: StageOptions): Promise<Examined> {
  // Here alone: a local set-up has no need of these clients.
  const [{ openStageClients }, { openStage }] = await Promise.all([
    import("../../doctor/stage/aws-calls.ts"),
    import("../../doctor/stage/open-stage.ts"),
  ]);
  const clients = openStageClients(options.now);
  const withinMs = CHECK_WITHIN_MS + options.waitMs;
  try {
    const { checks, last } = await openStage(clients, options);
    const findings = await examine(checks, withinMs);
    return { looked: checks.length + 1, findings: [...findings, ...(await examine([last], withinMs))] };
  } catch (error) {
    return { looked: 1, findings: [unseen("stage", options.stage, errorMessage(error))] };
  } finally {
    clients.close();
  }
}

function summary(findings: readonly Finding[]): string {
  if (findings.length === 0) return "nothing found";
  return severities
    .map((severity) => ({ severity, count: findings.filter((one) => one.severity === severity).length }))
    .filter(({ count }) => count > 0)
    .map(({ severity, count }) => `${count} ${severity}`)
    .join(", ");
}
