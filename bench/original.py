"""What decoding and verifying takes in Python, by the algorithm that publishers sign with: prints µs a datagram.

Reads datagrams from standard input, each with its length in four bytes in front, and says nothing of how the original
is written: it does what the format asks for, in the plainest way.
"""
import hashlib
import hmac
import struct
import sys
import time

import msgpack

ROUNDS = 9
SECRET = sys.argv[1].encode()


def in_list(value):
    if isinstance(value, str):
        return value.encode("utf-8")
    if isinstance(value, dict):
        return {in_list(name): in_list(value[name]) for name in sorted(value)}
    return [in_list(item) for item in value] if isinstance(value, list) else value


def pairs(fields, prefix=""):
    for name in sorted(fields):
        value = fields[name]
        full = prefix + name
        if isinstance(value, dict):
            yield from pairs(value, full + ":")
        elif full != "message_signature":
            yield full
            yield str(in_list(value) if isinstance(value, list) else value)


def verify(datagram):
    message = msgpack.unpackb(datagram, raw=False)
    digest = hmac.new(SECRET, digestmod=hashlib.sha256)
    for text in pairs(message):
        digest.update(text.encode("utf-8"))
    return hmac.compare_digest(digest.hexdigest(), message["message_signature"])


def main():
    data = sys.stdin.buffer.read()
    datagrams, at = [], 0
    while at < len(data):
        (length,) = struct.unpack_from(">I", data, at)
        datagrams.append(data[at + 4 : at + 4 + length])
        at += 4 + length
    genuine = sum(1 for one in datagrams if verify(one))
    figures = []
    for _ in range(ROUNDS):
        begin = time.process_time()
        for one in datagrams:
            verify(one)
        figures.append((time.process_time() - begin) * 1e6 / len(datagrams))
    print(genuine, *figures)


main()
