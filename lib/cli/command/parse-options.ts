import { type ParseArgsConfig, parseArgs } from "node:util";

/** An option that takes one value was given several: the last one would rule, and nobody be told of the others. */
class RepeatedOption extends Error {
  /** As node:util's own errors have one, so that they are one kind to whoever calls. */
  readonly code = "ERR_PARSE_ARGS_REPEATED_OPTION";

  constructor(name: string) {
    super(`Option '--${name}' takes one value, and was given several`);
  }
}

/**
 * Options and arguments of a command line, as node:util's `parseArgs` reads them.
 *
 * @throws an error of its for what it does not know, and `RepeatedOption`; `main` says either to the caller
 */
export function parseOptions<const Config extends ParseArgsConfig>(
  config: Config,
): ReturnType<typeof parseArgs<Config>> {
  const plain: ParseArgsConfig = config;
  const given = new Set<string>();
  for (const token of parseArgs({ ...plain, tokens: true }).tokens) {
    if (token.kind !== "option" || token.value === undefined) continue;
    if (given.has(token.name) && plain.options?.[token.name]?.multiple !== true) throw new RepeatedOption(token.name);
    given.add(token.name);
  }
  return parseArgs(config);
}
