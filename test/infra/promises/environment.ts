import { deployedDrivers } from "../../../lib/assembly/deployed-drivers.ts";
import { fromEnvironment, type Settings, toEnvironment } from "../../../lib/settings.ts";
import { socketDefaults } from "../../../lib/socket-defaults.ts";
import { parseStorageUrl, splitUrls } from "../../../lib/storage/storage-url.ts";
import { at, type Deployment, list, resourcesOf, textOf } from "../template.ts";

/** Function and tasks read from their environment exactly what the constructs wrote into it, and it is enough to start. */
export function environmentViolations({ collector, udp }: Deployment): readonly string[] {
  const variables = resourcesOf(collector, "AWS::Lambda::Function").map(([, { Properties }]) => {
    return at(Properties, "Environment", "Variables") ?? {};
  });
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
    ...(variables.length === 1 && containers.length === 1 ? [] : ["expected one function and one kind of task"]),
  ];
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
