"""JSON that loses nothing of a message, as lib/wire/exact-json.ts writes and reads it."""

import base64
import json
import math


def spelled(value):
    if isinstance(value, dict):
        return "{%s}" % ",".join("%s:%s" % (spelled_name(name), spelled(item)) for name, item in value.items())
    if isinstance(value, (list, tuple)):
        return "[%s]" % ",".join(spelled(item) for item in value)
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else '{"$float":"%r"}' % value
    if isinstance(value, bytes):
        return '{"$bytes":"%s"}' % base64.b64encode(value).decode("ascii")
    return json.dumps(value, ensure_ascii=False)


def spelled_name(name):
    if isinstance(name, bytes):
        return '"$bytes:%s"' % base64.b64encode(name).decode("ascii")
    return json.dumps("$" + name if name.startswith("$") else name, ensure_ascii=False)


def restored(text):
    return json.loads(text, object_hook=restored_map)


def restored_map(found):
    if len(found) == 1 and isinstance(found.get("$float"), str):
        return float(found["$float"])
    if len(found) == 1 and isinstance(found.get("$bytes"), str):
        return base64.b64decode(found["$bytes"])
    return {restored_name(name): value for name, value in found.items()}


def restored_name(name):
    if name.startswith("$bytes:"):
        return base64.b64decode(name[len("$bytes:") :])
    return name[1:] if name.startswith("$$") else name
