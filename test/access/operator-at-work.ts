import { main } from "../../lib/cli/main.ts";
import { captureIo } from "../support/captured-io.ts";

/** A command with what it printed, by the words that a person types. */
type Ran = { readonly words: string; readonly code: number; readonly lines: readonly string[]; readonly said: string };

async function run(...args: readonly string[]): Promise<Ran> {
  const io = captureIo();
  const code = await main(args, io);
  return { words: args.slice(0, 2).join(" "), code, lines: io.lines, said: io.errors.join("\n") };
}

/**
 * The commands that docs/runbook.md has an operator type, each on something that it finds.
 *
 * @param outputs of the stage's stacks, by name
 * @param otherSecret that some rejected messages are signed with
 * @returns what failed
 */
export async function operatorAtWork(
  stage: string,
  outputs: Readonly<Record<string, string>>,
  otherSecret: string,
  settingsFile: string,
): Promise<readonly string[]> {
  const output = (name: string) => outputs[name] ?? "";
  const [storage, quarantine] = [output("StorageUrl"), output("QuarantineUrl")];
  const ran: Ran[] = [];
  const works = async (...args: readonly string[]) => {
    const one = await run(...args);
    ran.push(one);
    return one.lines;
  };
  for (const url of storage.split(",")) {
    const read = ["--storage", url];
    const rows = (await works("samples", ...read, "--json")).map((line) => JSON.parse(line));
    await works("samples", ...read, "--limit", "1");
    // Not the canary's, which are nobody's.
    const {
      counter_name: meter,
      resource_id: resource,
      project_id: project,
    } = rows.find((row) => row.project_id) ?? {};
    await works("samples", ...read, "--meter", meter, "--resource", resource);
    await works("samples", ...read, "--project", project);
    await works("samples", ...read, "--no-project");
    await works("meters", ...read);
    await works("resources", ...read, "--meter", meter);
    await works("events", ...read);
    const { lines } = await run("conflicts", "ls", ...read, "--json");
    const { id, contents = [] } = JSON.parse(lines[0] ?? "{}");
    const content = contents[0]?.content ?? contents[0]?.digest;
    await works("conflicts", "settle", id, ...read, "--content", content, "--reason", "seen");
    // Others are open, so that it exits with 1.
    await run("conflicts", "ls", ...read, "--settled");
  }
  const [entry = "{}"] = await works("quarantine", "ls", "--quarantine", quarantine, "--json");
  const place = ["--quarantine", quarantine];
  await works("quarantine", "show", ...place, JSON.parse(entry).id);
  await works("quarantine", "replay", ...place, "--storage", storage, "--secret", otherSecret);
  await works("redrive", "--dry-run", "--from", output("DeadLetterQueueUrl"), "--to", output("SpillQueueUrl"));
  await works("redrive", "--from", output("DeadLetterQueueUrl"), "--to", output("SpillQueueUrl"));
  const keys = ["--keys", output("SigningSecretArn"), "--stage", stage];
  await works("keys", "add", "another", ...keys);
  await works("keys", "list", ...keys);
  await works("keys", "retire", "another", ...keys, "--force");
  // Of a stage that is not there in full, something is found.
  const looked = await run("doctor", "--stage", stage, "--settings", settingsFile, "--wait", "1", "--json");
  const failed = ran.filter(({ code }) => code !== 0).map(({ words, code, said }) => `${words}: ${code} ${said}`);
  return [...failed, ...(looked.lines.length > 0 ? [] : [`doctor: ${looked.said}`])];
}
