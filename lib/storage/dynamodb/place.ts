import type { Endpoint } from "../../aws/client-options.ts";
import { endpointOf } from "../endpoint-parameters.ts";
import type { NamedPlace, UrlForm } from "../storage-kind.ts";

export interface DynamoDbPlace extends NamedPlace, Endpoint {
  readonly table: string;
  /** Of metadata versions and of what there is to read; `<table>-resources` by default. */
  readonly resourcesTable: string | undefined;
}

const TABLE = /^[a-zA-Z0-9_.-]{3,255}$/;

export const dynamodbUrls: UrlForm<DynamoDbPlace> = {
  scheme: "dynamodb",
  form: "dynamodb://TABLE",
  parameters: "endpoint=URL&region=R&resources=TABLE&retention_days=N",

  placeOf(url, parameters) {
    const table = url.host;
    const resourcesTable = parameters.matching("resources", TABLE, "a table's name");
    const retentionDays = parameters.wholeNumber("retention_days", 1);
    const where = endpointOf(parameters);
    if (!TABLE.test(table) || !["", "/"].includes(url.pathname)) {
      return "a table's name has 3 to 255 of a-z, A-Z, 0-9, _, - and ., such as dynamodb://samples";
    }
    if (resourcesTable === table) return "resources has to name another table";
    return { table, resourcesTable, retentionDays, ...where };
  },
};
