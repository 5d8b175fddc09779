/** A table as it stands on the page: its columns in their order, and for each row the cells below them. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly ReadonlyMap<string, string>[];
}

export interface MeterWords {
  readonly name: string;
  readonly type: string;
  readonly unit: string;
}

/** What an example does, in the order in which a reader comes to it. */
export type Step =
  | { readonly kind: "samples"; readonly meter: MeterWords; readonly table: Table }
  | { readonly kind: "question"; readonly command: string; readonly answer: Table };

/** One `###` section of the page. */
export interface Example {
  readonly title: string;
  readonly steps: readonly Step[];
  /** All of it but the tables, the commands and the drawings. */
  readonly prose: string;
  readonly tables: readonly Table[];
  readonly drawings: readonly string[];
}

const METER = /^`(\S+)`, (?:an? )?(\w+) in `(\S+)`/;

/** @throws if something on the page is in no form that is known: it would be read by people and checked by nobody */
export function examplesOf(page: string): readonly Example[] {
  return page
    .split(/^(?=##+ )/m)
    .filter((section) => section.startsWith("### "))
    .map(exampleOf);
}

function exampleOf(section: string): Example {
  const [heading = "", ...blocks] = section.trim().split(/\n\n+/);
  const steps: Step[] = [];
  const tables: Table[] = [];
  const prose: string[] = [];
  const drawings: string[] = [];
  let meter: MeterWords | undefined;
  let command: string | undefined;
  for (const block of blocks) {
    const [, kind, content = ""] = /^```(\w+)\n(.*)\n```$/s.exec(block) ?? [];
    if (kind === "text") drawings.push(content);
    else if (block.startsWith("|")) {
      const table = tableOf(block);
      tables.push(table);
      steps.push(stepOf(table, meter, command));
      command = undefined;
    } else if (command !== undefined || (kind ?? "sh") !== "sh") throw new Error(`not to be read here: ${block}`);
    else if (kind === "sh") command = content;
    else {
      meter = meterOf(block) ?? meter;
      prose.push(block);
    }
  }
  if (command !== undefined) throw new Error(`no answer to ${command}`);
  return { title: heading.slice("### ".length), steps, prose: prose.join("\n"), tables, drawings };
}

/** An answer stands just below its command; other tables are samples. */
function stepOf(table: Table, meter: MeterWords | undefined, command: string | undefined): Step {
  if (command !== undefined && table.columns.includes("from")) return { kind: "question", command, answer: table };
  if (command !== undefined || meter === undefined || table.columns[0] !== "timestamp") {
    throw new Error(`neither an answer nor samples of a meter: ${table.columns}`);
  }
  return { kind: "samples", meter, table };
}

function meterOf(text: string): MeterWords | undefined {
  const [, name, type, unit] = METER.exec(text) ?? [];
  return name === undefined || type === undefined || unit === undefined ? undefined : { name, type, unit };
}

function tableOf(block: string): Table {
  const [columns = [], _line, ...rows] = block.split("\n").map((line) =>
    line
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim()),
  );
  return {
    columns,
    rows: rows.map((cells) => {
      if (cells.length !== columns.length) throw new Error(`${cells.length} cells below ${columns}: ${cells}`);
      return new Map(cells.map((cell, index) => [columns[index] ?? "", cell]));
    }),
  };
}
