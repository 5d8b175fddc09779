"""Says of each stored row on standard input whether Ceilometer's own code finds its signature good: true or false."""

import json
import sys

import exact_json
from ceilometer.publisher import utils

# What a row says beside what was signed.
NOT_SIGNED = ("format", "dialect", "time", "content", "conflict")


def main():
    secret = sys.argv[1]
    for line in sys.stdin:
        row = exact_json.restored(line)
        message = {name: value for name, value in row.items() if name not in NOT_SIGNED}
        print(json.dumps(utils.verify_signature(message, secret)))


main()
