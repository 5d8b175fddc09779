import { describe, expect, it } from "vitest";
import { addStage } from "../../lib/infra/stage.ts";
import { emptyApp, stageSettings } from "./synthesized.ts";

describe("the stacks of a stage", () => {
  it.each([true, false])(
    "are protected from being deleted, or not, as the settings say: %j",
    (terminationProtection) => {
      const { collector, udp } = addStage(emptyApp(), { ...stageSettings("prod"), terminationProtection });
      expect([collector, udp].map((stack) => stack?.terminationProtection)).toEqual(
        Array(2).fill(terminationProtection),
      );
    },
  );
});
