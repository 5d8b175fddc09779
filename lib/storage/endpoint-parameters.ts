import type { Endpoint } from "../aws/client-options.ts";
import type { UrlParameters } from "./url-parameters.ts";

/** The endpoint and region of a service of AWS, if a URL's parameters name them. */
export function endpointOf(parameters: UrlParameters): Endpoint {
  return {
    endpoint: parameters.httpUrl("endpoint"),
    region: parameters.matching("region", /^[a-z0-9-]{1,63}$/, "a region such as eu-central-1"),
  };
}

/** ` at http://127.0.0.1:8000`, behind the name of what lies there. */
export function shownEndpoint({ endpoint }: Endpoint): string {
  return endpoint === undefined ? "" : ` at ${endpoint}`;
}
