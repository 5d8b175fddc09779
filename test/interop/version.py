"""Prints the version of the installed Ceilometer.

    version.py                  the release
    version.py memory.usage     the unit that it gives that meter
"""

import sys
from importlib import metadata

if len(sys.argv) == 1:
    print(metadata.version("ceilometer"))
else:
    from ceilometer.compute.pollsters import instance_stats

    print(instance_stats.MemoryUsagePollster.sample_unit)
