import { isDeepStrictEqual } from "node:util";
import { deployedDrivers } from "../../../lib/assembly/deployed-drivers.ts";
import { toCanaryEnvironment } from "../../../lib/canary/canary-settings.ts";
import { fromEnvironment, type Settings, toEnvironment } from "../../../lib/settings.ts";
import { socketDefaults } from "../../../lib/socket-defaults.ts";
import { parseStorageUrl, splitUrls } from "../../../lib/storage/storage-url.ts";
import { at, type Deployment, list, resourcesOf, type Template, textOf } from "../template.ts";

/** Function and tasks read from their environment exactly what the constructs wrote into it, and it is enough to start. */
export function environmentViolations({ collector, udp }: Deployment): readonly string[] {
  const variables = variablesOf(collector, "QueueCollector");
  const canaries = [collector, udp].flatMap((template) => [
    ...variablesOf(template, "QueueCanary"),
    ...variablesOf(template, "SocketCanary"),
  ]);
  const containers = resourcesOf(udp, "AWS::ECS::TaskDefinition").map(([, { Properties }]) => {
    return list(at(Properties, "ContainerDefinitions", 0, "Environment"));
  });
  const [healthCheckPort] = resourcesOf(udp, "AWS::ElasticLoadBalancingV2::TargetGroup").map(([, { Properties }]) => {
    return Number(at(Properties, "HealthCheckPort"));
  });
  const common: Settings = {
    storage:
      "dynamodb://SampleStorageTablesSamples?resources=SampleStorageTablesResources&retention_days=400,s3://samplestoragelogbucket/",
    secrets: [],
    secretArn: "SigningSecret",
    allowDefaultSecret: false,
    dialects: ["py3", "kilo", "icehouse"],
    extraFields: [],
    stage: "prod",
    listen: [],
    healthPort: null,
    ...socketDefaults,
    keyFile: null,
    keyCacheSeconds: 300,
    timeWindow: true,
    legacyListeners: ["queue", "udp", "tcp"],
    spillQueue: "QueueCollectorSpillQueue",
    quarantine: "s3://quarantinebucket/quarantine",
  };
  const listen = ["udp://0.0.0.0:4952", "tcp://0.0.0.0:4953"];
  return [
    ...variables.flatMap((one) => {
      const { NODE_OPTIONS, ...rest } = asText(Object.entries(one));
      const stacks =
        NODE_OPTIONS === "--enable-source-maps" ? [] : ["function: stack traces would be of minified code"];
      return [...stacks, ...differences("function", rest, common)];
    }),
    ...containers.flatMap((one) =>
      differences("tasks", asText(one.map((entry) => [String(at(entry, "Name")), at(entry, "Value")])), {
        ...common,
        listen,
        healthPort: healthCheckPort ?? null,
      }),
    ),
    ...canaries.flatMap((one) => canaryDifferences(asText(Object.entries(one)), common)),
    ...(variables.length === 1 && containers.length === 1 ? [] : ["expected one function and one kind of task"]),
  ];
}

function variablesOf(template: Template, name: string): readonly object[] {
  return resourcesOf(template, "AWS::Lambda::Function")
    .filter(([id]) => id.startsWith(name))
    .map(([, { Properties }]) => at(Properties, "Environment", "Variables") ?? {});
}

/** The canary judges as little as it stores: of a collector's settings it has those that it signs by, and the tables. */
function canaryDifferences({ NODE_OPTIONS, ...environment }: Record<string, string>, common: Settings) {
  const expected = toCanaryEnvironment({
    ...common,
    storage: common.storage.replace(/,s3:.*/, ""),
    to: (environment.COUNTERSIGN_CANARY_TO ?? "").split(","),
    withinSeconds: Number(environment.COUNTERSIGN_CANARY_SECONDS),
  });
  const isSame = isDeepStrictEqual(environment, expected) && NODE_OPTIONS === "--enable-source-maps";
  return isSame ? [] : [`canary: ${JSON.stringify(environment)} is not ${JSON.stringify(expected)}`];
}

/** References as names, and a bucket's in the form that buckets' names have. */
function asText(entries: readonly (readonly [string, unknown])[]): Record<string, string> {
  return Object.fromEntries(
    entries.map(([name, value]) => [name, textOf(value).replace(/s3:\/\/[^/]+/, (url) => url.toLowerCase())]),
  );
}

function differences(who: string, environment: Record<string, string>, settings: Settings): readonly string[] {
  const read = fromEnvironment(environment);
  const problems = read.ok ? [] : read.problems;
  const written = toEnvironment(read.settings);
  const expected = toEnvironment(settings);
  const names = new Set([...Object.keys(environment), ...Object.keys(written), ...Object.keys(expected)]);
  const wrong = Array.from(names).filter(
    (name) => environment[name] !== written[name] || environment[name] !== expected[name],
  );
  const urls = splitUrls(read.settings.storage).map((url) => parseStorageUrl(url, deployedDrivers));
  return [
    ...problems.map((problem) => `${who}: ${problem}`),
    ...wrong.map((name) => `${who}: ${name} is ${environment[name]}, expected ${expected[name]}`),
    ...urls.flatMap((url) => (url.ok ? [] : [`${who}: ${url.problem}`])),
  ];
}
