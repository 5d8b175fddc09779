import { App, Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks } from "cdk-nag";
import { addStage } from "../lib/infra/stage.ts";
import { contextKeys, parseStage } from "../lib/infra/stage-settings.ts";

const app = new App();
const parsed = parseStage(app.node.tryGetContext(contextKeys.stage), app.node.tryGetContext(contextKeys.stages));
if (!parsed.ok) throw new Error(`the CDK context can't be used:\n  ${parsed.problems.join("\n  ")}`);
addStage(app, parsed.settings);
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
