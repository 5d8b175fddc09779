import { fileURLToPath } from "node:url";
import { App, Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks } from "cdk-nag";
import { chosenStage } from "../lib/infra/chosen-stage.ts";
import { addStage } from "../lib/infra/stage.ts";

const app = new App();
const parsed = chosenStage((name) => app.node.tryGetContext(name), fileURLToPath(new URL("../", import.meta.url)));
if (!parsed.ok) throw new Error(`the settings can't be used:\n  ${parsed.problems.join("\n  ")}`);
addStage(app, parsed.settings);
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
