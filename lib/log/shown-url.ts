/**
 * A URL that somebody typed, quoted for a message that may end up in a log: without user name and password, be it of
 * its own or of a URL in its parameters. It need not be a legal one, as messages quote what could not be read.
 */
export function shownUrl(text: string, longest = Number.POSITIVE_INFINITY): string {
  const shown = redacted(text);
  return JSON.stringify(shown.length > longest ? `${shown.slice(0, longest)}…` : shown);
}

/** @returns why a URL is refused; never repeats what it holds */
export function credentialsProblem(url: URL): string | undefined {
  // A slash or question mark inside a password ends what a parser takes for the host.
  const isHidden = /^https?:$/.test(url.protocol) && /@|%40/i.test(url.pathname + url.search + url.hash);
  if (url.username === "" && url.password === "" && !isHidden) return undefined;
  return `a ${url.protocol} URL takes no user name or password: credentials come from where the AWS SDK looks`;
}

/** The same message without what stands in front of the @ of any URL in it. A net below all that write messages. */
export function withoutCredentials(message: string): string {
  return message.replace(IN_FRONT_OF_AT, `$1${HIDDEN}`);
}

const HIDDEN = "…";

/** Without spaces and quotes, which a password may have where a name and a colon are in front of it, and no port. */
const IN_FRONT_OF_AT = /([a-z][a-z0-9+.-]*:\/\/)(?:[^\s"']*(?=@)|[^\s"'/@:]*:(?!\/\/|[0-9]+(?:[\s"'/]|$))[^/]*(?=@))/gi;

/** A user name may be without its password here, and a password hold any character: all up to the last @ is hidden. */
const UP_TO_AT = /^.*(?=@|%(?:25)*40)/is;
/** No @, and no colon that could part a name from a password, before parameters with names like ours. */
const SAFE_IN_FRONT = /^[^:@?%]*\?(?:endpoint|region|[a-z]+(?:_[a-z]+)+)=/;
/** A colon with something other than a port behind it: a list of URLs may have been cut at a comma inside a password. */
const NO_PORT = /^[^/?#[]*:(?![0-9a-fx:.-]*(?:[/?#]|$))[^/?#]*/;
/** Parameters that are none of ours, and whose values nobody should read. */
const PRIVATE_PARAMETERS = /([?&][^=&#]*(?:pass|pwd|pw|secret|token|key|sig|cred|auth)[^=&#]*=)[^&#]*/gi;
/** From where a URL begins among the parameters, or else from their first value, up to the last @ and what is behind it. */
const URL_WITH_AT = /([?&][a-z_]*=)[^&#]*?(?::|%3a)(?:\/|%2f){2}.*(?:@|%(?:25)*40)[^&#]*/is;
const VALUES_WITH_AT = /(\?(?:[a-z_]*=)?).*(?:@|%(?:25)*40)[^&#]*/is;

function redacted(text: string): string {
  const scheme = /^[a-z][a-z0-9+.-]*:\/\//i.exec(text)?.[0] ?? "";
  const rest = text.slice(scheme.length);
  const plain = SAFE_IN_FRONT.test(rest)
    ? rest.replace(URL_WITH_AT, `$1${HIDDEN}`).replace(VALUES_WITH_AT, `$1${HIDDEN}`)
    : rest.replace(UP_TO_AT, HIDDEN);
  return scheme + (scheme === "" ? plain : plain.replace(NO_PORT, HIDDEN)).replace(PRIVATE_PARAMETERS, `$1${HIDDEN}`);
}
