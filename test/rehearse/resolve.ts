import { isObject, type Json, type JsonObject, listAt, textAt } from "./json.ts";
import type { Resource, Templates } from "./templates.ts";

/** Where the rehearsal says that it runs; the account is the one that AWS's stand-ins use. */
export const REGION = "us-east-1";
export const ACCOUNT = "123456789012";

const pseudoParameters: Readonly<Record<string, string>> = {
  "AWS::AccountId": ACCOUNT,
  "AWS::Partition": "aws",
  "AWS::Region": REGION,
  "AWS::StackName": "rehearsal",
  "AWS::URLSuffix": "amazonaws.com",
};

/** What CloudFormation would put in the place of references, with local names for what it would create. */
export function resolve(templates: Templates, stack: string, value: Json): Json {
  if (Array.isArray(value)) return value.map((item) => resolve(templates, stack, item));
  if (!isObject(value)) return value;
  const [entry, ...others] = Object.entries(value);
  if (entry !== undefined && others.length === 0) {
    const [name, argument] = entry;
    if (name === "Ref" || name.startsWith("Fn::")) return intrinsic(templates, stack, name, argument);
  }
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, resolve(templates, stack, item)]));
}

export function resolveText(templates: Templates, stack: string, value: Json | undefined): string {
  const resolved = value === undefined ? "" : resolve(templates, stack, value);
  if (isObject(resolved) || Array.isArray(resolved)) throw new Error(`not a text: ${JSON.stringify(value)}`);
  return String(resolved ?? "");
}

/** Texts by name, such as a function's environment. */
export function resolveTexts(templates: Templates, stack: string, values: JsonObject): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, resolveText(templates, stack, value)]),
  );
}

function intrinsic(templates: Templates, stack: string, name: string, argument: Json): Json {
  switch (name) {
    case "Ref": {
      const id = String(argument);
      return pseudoParameters[id] ?? localName(existing(templates, stack, id));
    }
    case "Fn::GetAtt": {
      const [id, attribute] = typeof argument === "string" ? argument.split(".") : listAt(argument).map(String);
      const resource = existing(templates, stack, id ?? "");
      return attribute === "Arn" ? localArn(resource) : `${localName(resource)}.${attribute}`;
    }
    case "Fn::Join": {
      const [separator, parts] = listAt(argument);
      return listAt(parts)
        .map((part) => resolveText(templates, stack, part))
        .join(String(separator));
    }
    case "Fn::Split": {
      const [separator, text] = listAt(argument);
      return resolveText(templates, stack, text).split(String(separator));
    }
    case "Fn::Select": {
      const [index, list] = listAt(argument);
      return listAt(resolve(templates, stack, list ?? []))[Number(index)] ?? "";
    }
    case "Fn::Sub": {
      const text = typeof argument === "string" ? argument : String(listAt(argument)[0]);
      return text.replace(/\$\{([^!}]+)\}/g, (_, id: string) => resolveText(templates, stack, { Ref: id }));
    }
    case "Fn::ImportValue": {
      const exported = templates.exported(resolveText(templates, stack, argument));
      if (exported === undefined) throw new Error(`no stack exports ${JSON.stringify(argument)}`);
      return resolve(templates, exported.stack, exported.value);
    }
    case "Fn::GetStackOutput": {
      const [named, output] = [textAt(argument, "StackName"), textAt(argument, "OutputName")];
      const value = templates.output(named, output);
      if (value === undefined) throw new Error(`${named} has no output ${JSON.stringify(output)}`);
      return resolve(templates, named, value);
    }
    default:
      throw new Error(`the rehearsal does not know ${name}: ${JSON.stringify(argument)}`);
  }
}

function existing(templates: Templates, stack: string, id: string): Resource {
  const resource = templates.find(stack, id);
  if (resource === undefined) throw new Error(`${stack} has no resource ${JSON.stringify(id)}`);
  return resource;
}

const MAX_NAME = 63;

/** Before a queue's name, in the address that AWS would give it. */
export const QUEUE_ADDRESSES = `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/`;

/** What `Ref` gives; a bucket's rules are the strictest, so they make every name. */
export function localName(resource: Resource): string {
  const name = resource.logicalId.toLowerCase().slice(0, MAX_NAME);
  if (resource.type === "AWS::SQS::Queue") return `${QUEUE_ADDRESSES}${name}`;
  return resource.type === "AWS::SecretsManager::Secret" ? secretArn(resource) : name;
}

export function localArn(resource: Resource): string {
  const { type, logicalId } = resource;
  const service = type.split("::")[1]?.toLowerCase() ?? "";
  const name = localName(resource);
  switch (type) {
    case "AWS::SecretsManager::Secret":
      return secretArn(resource);
    case "AWS::S3::Bucket":
      return `arn:aws:s3:::${name}`;
    case "AWS::DynamoDB::Table":
      return `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/${name}`;
    case "AWS::SQS::Queue":
      return `arn:aws:sqs:${REGION}:${ACCOUNT}:${name.slice(QUEUE_ADDRESSES.length)}`;
    default:
      return `arn:aws:${service}:${REGION}:${ACCOUNT}:${logicalId}`;
  }
}

function secretArn({ logicalId }: Resource): string {
  return `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:${logicalId}-AbCdEf`;
}
