"""Publishes samples with Ceilometer's own publishers, and prints what has to arrive, one message a line.

    publish.py SECRET udp URL         by its UDP publisher
    publish.py SECRET tcp URL         by its TCP publisher (Ceilometer 20 and later)
    publish.py SECRET notifier DIR    by its notifier, whose messages are caught on their way to AMQP, one file each
"""

import base64
import logging
import os
import sys

import exact_json
import samples
from ceilometer import service
from oslo_utils import netutils


def main():
    secret, way, target = sys.argv[1:]
    conf = service.prepare_service(argv=["publish"], config_files=[])
    conf.set_override("telemetry_secret", secret, group="publisher")
    logging.disable(logging.WARNING)
    for message in WAYS[way](conf, target):
        print(exact_json.spelled(message))


def by_udp(conf, url):
    from ceilometer.publisher import udp

    made = samples.samples(msgpack=True)
    udp.UDPPublisher(conf, netutils.urlsplit(url)).publish_samples(made)
    return [samples.sample_message(one) for one in made]


def by_tcp(conf, url):
    from ceilometer.publisher import tcp

    made = samples.samples(msgpack=True)
    tcp.TCPPublisher(conf, netutils.urlsplit(url)).publish_samples(made)
    return [samples.sample_message(one, publisher_id=conf.host) for one in made]


def by_notifier(conf, folder):
    """With envelopes and without, in batches and one by one, through the AMQP driver and a broker in memory."""
    from ceilometer.publisher import messaging

    url = netutils.urlsplit("notifier://broker?driver=kombu%2Bmemory")
    expected = []
    for driver in ("messagingv2", "messaging"):
        conf.set_override("telemetry_driver", driver, group="publisher_notifier")
        by_samples = messaging.SampleNotifierPublisher(conf, url)
        by_events = messaging.EventNotifierPublisher(conf, url)
        made = samples.samples(msgpack=False)
        by_samples.publish_samples(made[:10])
        for one in made[10:]:
            by_samples.publish_samples([one])
        happened = samples.events()
        by_events.publish_events(happened)
        expected += [samples.sample_message(one) for one in made] + [event.serialize() for event in happened]
    for number, body in enumerate(caught_bodies()):
        with open(os.path.join(folder, "%03d.body" % number), "wb") as file:
            file.write(body)
    return expected


def caught_bodies():
    from kombu.transport import memory

    for queue in memory.Channel.queues.values():
        while not queue.empty():
            yield base64.b64decode(queue.get()["body"])


WAYS = {"udp": by_udp, "tcp": by_tcp, "notifier": by_notifier}
main()
