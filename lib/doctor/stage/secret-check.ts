import { DescribeSecretCommand } from "@aws-sdk/client-secrets-manager";
import { secretsManagerFor } from "../../keys/places/secrets-manager.ts";
import type { Check } from "../finding/check.ts";
import { OLD_KEY_DAYS } from "../finding/limits.ts";
import { oldKey } from "../key-findings.ts";

const DAY_MS = 86_400_000;

/** How long ago a secret was last changed, which is the age of its keys where they have none of their own. */
export function secretCheck(arn: string, now: () => number): Check {
  return {
    name: "key",
    about: arn,
    async look() {
      const client = secretsManagerFor(arn);
      if ("problem" in client) throw new Error(client.problem);
      try {
        const { LastChangedDate, CreatedDate } = await client.send(new DescribeSecretCommand({ SecretId: arn }));
        const changed = LastChangedDate ?? CreatedDate;
        if (changed === undefined) throw new Error("Secrets Manager does not say when it was changed");
        const days = Math.floor((now() - changed.getTime()) / DAY_MS);
        return days < OLD_KEY_DAYS ? [] : [oldKey(arn, days)];
      } finally {
        client.destroy();
      }
    },
  };
}
