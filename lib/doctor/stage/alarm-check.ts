import { type CloudWatchClient, DescribeAlarmsCommand, type MetricAlarm } from "@aws-sdk/client-cloudwatch";
import type { Check } from "../finding/check.ts";
import type { Finding } from "../finding/finding.ts";

/** A stage has some thirty alarms, and a page a hundred. */
const MOST_PAGES = 20;

/** Tells of a stage's alarms that ring, and of those that would ring unheard. */
export function alarmCheck(client: CloudWatchClient, stackName: string): Check {
  return {
    name: "alarm",
    about: `alarms of ${stackName}`,
    look: async () => (await alarmsOf(client, stackName)).flatMap(alarmFindings),
  };
}

async function alarmsOf(client: CloudWatchClient, stackName: string): Promise<readonly MetricAlarm[]> {
  const found: MetricAlarm[] = [];
  // Ids of constructs begin with a capital, names of stages with none: another stage's name may begin like this one's.
  const own = new RegExp(`^${stackName}-(?:udp-)?[A-Z]`);
  let NextToken: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const command = new DescribeAlarmsCommand({ AlarmNamePrefix: `${stackName}-`, NextToken });
    const answer = await client.send(command);
    found.push(...(answer.MetricAlarms ?? []).filter(({ AlarmName = "" }) => own.test(AlarmName)));
    NextToken = answer.NextToken;
    if (NextToken !== undefined) continue;
    if (found.length === 0) throw new Error("CloudWatch has no alarm of this stage: is it that account and region?");
    return found;
  }
  throw new Error("CloudWatch's answer does not end");
}

function alarmFindings({
  AlarmName: about = "",
  StateValue,
  ActionsEnabled,
  ...alarm
}: MetricAlarm): readonly Finding[] {
  const [says = "it does not say why", link] = (alarm.AlarmDescription ?? "").split("\n");
  return [
    ...(StateValue === "ALARM" ? [ringing(about, says, link)] : []),
    ...(ActionsEnabled === false ? [silenced(about)] : []),
  ];
}

function ringing(about: string, says: string, link = "Runbook: docs/runbook.md"): Finding {
  return {
    severity: "fault",
    check: "alarm",
    about,
    says: `it is in ALARM: ${says}`,
    todo: `do as its section says: ${link}`,
  };
}

function silenced(about: string): Finding {
  return {
    severity: "risk",
    check: "alarm",
    about,
    says: "its actions are switched off, so that nobody would hear of it",
    todo: "switch them on with aws cloudwatch enable-alarm-actions",
  };
}
