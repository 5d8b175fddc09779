"""Samples and events of many kinds, made with Ceilometer's own classes."""

import datetime
import inspect
import uuid

from ceilometer import sample
from ceilometer.compute.pollsters import instance_stats
from ceilometer.event import models

INSTANCE = {
    "display_name": "web-1",
    "instance_id": "2d5d1c7e-6c44-4c57-9e0b-8a3f2a1b0c9d",
    "host": "compute-3",
    "status": "active",
    "memory_mb": 4096,
    "architecture": None,
    "ephemeral": False,
    "flavor": {
        "id": "2",
        "name": "m1.small",
        "vcpus": 2,
        "links": [{"rel": "bookmark", "href": "http://nova:8774/flavors/2"}],
    },
    "image_meta": {"base_image_ref": "6a1f", "tags": [], "properties": {}},
    "fixed_ips": [
        {"version": 4, "address": "10.0.0.5", "floating_ips": [], "vif_model": None},
        {"version": 6, "address": "fd00::5", "label": "интернет", "meta": {"b": 1, "a": [1.0, 1, True]}},
    ],
}

VOLUMES = [
    0, 1, -1, 2**53 + 1, 2**63 + 5, 2**64 - 1, -(2**63),
    0.0, -0.0, 1.0, 0.1, 1e-7, 1e16, 123456789012.345, 7689774709405.0, 5e-324, 1.7976931348623157e308,
]  # fmt: skip

TIMES = [
    "2022-09-30T12:00:00.123456",
    "2022-09-30T12:00:00",
    "2014-05-06T07:08:09Z",
    "2022-09-30T14:00:00.5+02:00",
    "2024-02-29T23:59:59.999999-11:30",
]

TEXTS = ["müller", "日本語のメーター", "😀 \U0001d4d0", "a'b\"c\\d\te", "line\nbreak", "\u2028\u200b\ufeff", "e\u0301"]

METADATA = [
    None,
    {},
    INSTANCE,
    {"$dollar": {"$float": "nan"}, "$$": 1, "dotted.name": "x:y", "10": "a", "9": "b", "\uffff": 1, "\U00010000": 2},
    {"tuple": (1, "zwei", 3.0, (None, [])), "nested": {"a": {"b": {"c": [[[{"d": "é"}]]]}}}},
    {"numbers": [float("nan"), float("inf"), -float("inf"), -0.0, 1e22, 2**63 - 1, -(2**63)], "nan": float("nan")},
    {"many": [{"key%d" % number: number for number in range(60)}]},
    {"long": "x" * 30000},
]

# Only msgpack has bytes, and only JSON has integers beyond 64 bits.
BYTES_METADATA = {"raw": b"\x00\xff'", "list": [b"text", {"k": b"v"}, "text"]}
HUGE = 2**80 + 1


def samples(msgpack):
    # A meter's name is never empty text, and each sample has a message_id of its own.
    made = [gauge("volume.%d" % number, volume=volume) for number, volume in enumerate(VOLUMES)]
    made += [gauge("time.%d" % number, timestamp=time) for number, time in enumerate(TIMES)]
    made += [gauge("metadata.%d" % number, resource_metadata=value) for number, value in enumerate(METADATA)]
    for text in TEXTS:
        made.append(gauge(text, resource_id=text, user_id=text, project_id=text, resource_metadata={text: [text]}))
    made.append(gauge("cpu", type=sample.TYPE_CUMULATIVE, unit="ns", volume=71234902137612, monotonic_time=71234.902137))
    made.append(gauge("delta", type=sample.TYPE_DELTA, user_id=None, project_id=None, source="tenant:api"))
    # Its unit is MB before 26.0, and MiB since.
    memory = instance_stats.MemoryUsagePollster
    made.append(gauge("memory.usage", unit=memory.sample_unit, volume=532.7))
    made.append(notified())
    if msgpack:
        made.append(gauge("bytes", resource_metadata=BYTES_METADATA))
    else:
        made.append(gauge("huge", volume=HUGE, resource_metadata={"huge": [HUGE]}))
    if "user_name" in inspect.signature(sample.Sample).parameters:
        made.append(gauge("named", user_name="müller", project_name=None))
    return made


def gauge(name, **fields):
    given = dict(
        name=name,
        type=sample.TYPE_GAUGE,
        unit="unit",
        volume=1,
        user_id="8c1f24a0f1f64f9d9a2c1d9f3a0c6c11",
        project_id="f5a4b3c2d1e04f6a8b7c6d5e4f3a2b1c",
        resource_id="2d5d1c7e-6c44-4c57-9e0b-8a3f2a1b0c9d",
        timestamp=TIMES[0],
        resource_metadata={"host": "compute-3"},
    )
    return sample.Sample(**{**given, **fields})


def notified():
    notification = {
        "event_type": "compute.instance.create.end",
        "publisher_id": "compute.compute-3",
        "payload": INSTANCE,
        "metadata": {"timestamp": "2022-09-30 12:00:00.123456", "message_id": str(uuid.uuid4())},
    }
    return sample.Sample.from_notification(
        name="vcpus",
        type=sample.TYPE_GAUGE,
        unit="vcpu",
        volume=2,
        user_id=None,
        project_id="f5a4",
        resource_id=INSTANCE["instance_id"],
        message=notification,
    )


def sample_message(made, publisher_id=None):
    """What has to arrive of a sample, but for its signature."""
    message = {
        "source": made.source,
        "counter_name": made.name,
        "counter_type": made.type,
        "counter_unit": made.unit,
        "counter_volume": made.volume,
        "user_id": made.user_id,
        "project_id": made.project_id,
        "resource_id": made.resource_id,
        "timestamp": made.timestamp,
        "resource_metadata": made.resource_metadata,
        "message_id": made.id,
        "monotonic_time": made.monotonic_time,
    }
    if hasattr(made, "user_name"):
        message.update(user_name=made.user_name, project_name=made.project_name)
    if publisher_id is not None:
        message.update(publisher_id=publisher_id)
    return message


def events():
    traits = [
        models.Trait("service", models.Trait.TEXT_TYPE, "compute.müller"),
        models.Trait("memory_mb", models.Trait.INT_TYPE, 4096),
        models.Trait("load", models.Trait.FLOAT_TYPE, 1.0),
        models.Trait("launched_at", models.Trait.DATETIME_TYPE, datetime.datetime(2022, 9, 30, 12, 0, 0, 5)),
        models.Trait("nothing", models.Trait.NONE_TYPE, None),
    ]
    generated = datetime.datetime(2022, 9, 30, 12, 0, 1)
    return [
        models.Event(str(uuid.uuid4()), "compute.instance.create.end", generated, traits, {}),
        models.Event(str(uuid.uuid4()), "image.delete", generated, [], {"payload": {"tags": ["é", 1, None]}}),
    ]
