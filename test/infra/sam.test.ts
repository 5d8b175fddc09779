import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { allDrivers } from "../../lib/assembly/drivers.ts";
import { startQueueCollector } from "../../lib/assembly/queue-side.ts";
import { fromEnvironment } from "../../lib/settings.ts";
import { isEmf } from "../support/emf-reader.ts";
import { lambdaEvents } from "../support/lambda-events.ts";
import { stageSettings, synthesizeBundled } from "./synthesized.ts";
import { at, resourcesOf } from "./template.ts";

/** As `npm run synth:sam` does. */
const { collector, udp, directory } = synthesizeBundled(stageSettings("dev"));
const FUNCTION = "QueueCollectorFunction79F7EBAC";
const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../events/${name}`, import.meta.url), "utf8"));

describe("a stage without a socket side", () => {
  it("has nothing of it", () => {
    expect(udp.Resources).toEqual({});
  });
});

describe("what `sam local invoke` reads from the template", () => {
  const handler = collector.Resources[FUNCTION];

  it("is one function, under the id that docs/deploy.md names", () => {
    expect(resourcesOf(collector, "AWS::Lambda::Function").map(([id]) => id)).toEqual([FUNCTION]);
  });

  it("is runtime, handler and a bundle that is there", () => {
    const asset = String(at(handler?.Metadata, "aws:asset:path"));
    expect({ ...Object(handler?.Metadata), "aws:asset:path": "" }).toEqual({
      "aws:cdk:path": "Countersign-dev/QueueCollector/Function/Resource",
      "aws:asset:path": "",
      "aws:asset:is-bundled": true,
      "aws:asset:property": "Code",
    });
    expect(at(handler?.Properties, "Runtime")).toBe("nodejs24.x");
    expect(at(handler?.Properties, "Handler")).toBe("index.handler");
    expect(existsSync(join(directory, asset, "index.mjs"))).toBe(true);
  });

  it("bundles what runs and nothing that only a laptop or CDK needs", () => {
    const asset = String(at(handler?.Metadata, "aws:asset:path"));
    const map: unknown = JSON.parse(readFileSync(join(directory, asset, "index.mjs.map"), "utf8"));
    const sources = JSON.stringify(at(map, "sources"));
    expect(
      ["dynalite", "fauxqs", "lib/cli/", "lib/infra/", "aws-cdk-lib"].filter((name) => sources.includes(name)),
    ).toEqual([]);
    expect(sources).toContain("lib/queue/queue-handler.ts");
    expect(readFileSync(join(directory, asset, "index.mjs")).length).toBeLessThan(1_000_000);
  });
});

describe("the environment file for sam", () => {
  it("sets only variables that the function declares, and is enough to start with", () => {
    const given = Object(at(read("environment.json"), FUNCTION));
    const declared = Object.keys(Object(at(collector.Resources[FUNCTION]?.Properties, "Environment", "Variables")));
    expect(Object.keys(given).filter((name) => !declared.includes(name))).toEqual([]);
    // The events are captures, older than any time window; and nothing that needs an account is left.
    const settings = {
      secretArn: null,
      allowDefaultSecret: true,
      timeWindow: false,
      spillQueue: null,
      quarantine: null,
    };
    expect(fromEnvironment(given)).toMatchObject({ ok: true, settings });
  });
});

describe("the events for sam", () => {
  it.each(Object.entries(lambdaEvents()))("%s.json is what is built from the captures", async (name, event) => {
    await expect(`${JSON.stringify(event, null, 2)}\n`).toMatchFileSnapshot(`../../events/${name}.json`);
  });

  it.each([
    ["samples", { received: 3, recorded: 3, rejected: 0, failed: 0, samples: 3 }],
    ["bad", { received: 3, recorded: 1, rejected: 2, failed: 0, samples: 1 }],
    ["oslo", { received: 1, recorded: 1, rejected: 0, failed: 0, samples: 3 }],
    ["sns", { received: 1, recorded: 1, rejected: 0, failed: 0, samples: 3 }],
    ["events", { received: 1, recorded: 1, rejected: 0, failed: 0, samples: 2 }],
  ])("%s.json is handled", async (name, counts) => {
    const lines: string[] = [];
    const { handler, close } = await startQueueCollector({
      write: (line) => lines.push(line),
      drivers: allDrivers,
      environment: { COUNTERSIGN_STORAGE: "memory:", COUNTERSIGN_ALLOW_DEFAULT_SECRET: "true" },
    });
    const context = { getRemainingTimeInMillis: () => 10_000 };
    expect(await handler(lambdaEvents()[name] ?? { Records: [] }, context)).toEqual({ batchItemFailures: [] });
    await close();
    const handled = lines.filter((line) => !isEmf(line)).map((line) => JSON.parse(line));
    expect(handled.find(({ message }) => message === "messages handled")).toEqual({
      level: "info",
      message: "messages handled",
      ...counts,
    });
  });
});
