"""Answers with Ceilometer's own code what it makes of each line of standard input.

Every line is a JSON list of a kind and a text; every answer is one JSON text: null where Python raises,
false where it can't tell.
    ["signature", hex of a msgpack message]  the signature
    ["json", a JSON text]                    its value, spelled as lib/wire/exact-json.ts spells it
    ["timestamp", a text]                    UTC, as in 2022-09-30T12:00:00.123456Z
"""

import json
import sys
import unicodedata

import exact_json
import msgpack
from ceilometer.publisher import utils
from oslo_utils import timeutils


def refuse_extension(code, data):
    # Python makes a tuple of an unknown extension; no publisher sends one, and Countersign refuses them.
    raise ValueError(code)


def signature(secret, text):
    message = msgpack.loads(bytes.fromhex(text), ext_hook=refuse_extension)
    computed = utils.compute_signature(message, secret)
    return False if newer_than_python(message) else computed


def newer_than_python(value):
    """Bytes in a list are signed as printable text, of which each version of Unicode has more."""
    if isinstance(value, dict):
        return any(newer_than_python(item) for pair in value.items() for item in pair)
    if isinstance(value, list):
        return any(newer_than_python(item) for item in value)
    if not isinstance(value, bytes):
        return False
    text = value.decode("utf-8", "ignore")
    return any(unicodedata.category(c) == "Cn" and ord(c) & 0xFFFE != 0xFFFE for c in text)


def well_formed(value):
    """Lone surrogates have no UTF-8, and so no signature: Countersign refuses them at once."""
    if isinstance(value, str):
        value.encode("utf-8")
    elif isinstance(value, list):
        for item in value:
            well_formed(item)


def well_formed_pairs(pairs):
    # Looks at values that a later one of the same name replaces as well.
    for name, value in pairs:
        well_formed(name)
        well_formed(value)
    return dict(pairs)


def json_value(secret, text):
    value = json.loads(text, object_pairs_hook=well_formed_pairs)
    well_formed(value)
    return exact_json.spelled(value)


def timestamp(secret, text):
    time = timeutils.normalize_time(timeutils.parse_isotime(text))
    return time.isoformat(timespec="microseconds") + "Z"


KINDS = {"signature": signature, "json": json_value, "timestamp": timestamp}


def main():
    secret = sys.argv[1]
    for line in sys.stdin.buffer:
        kind, text = json.loads(line)
        try:
            answer = KINDS[kind](secret, text)
        except Exception:
            answer = None
        sys.stdout.write(json.dumps(answer) + "\n")


main()
