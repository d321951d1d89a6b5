"""A metric that an alarm watches: of what, in which unit, and what it means for a machine that it crosses a line."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from notifiers.alerts.reading import fields, say_number, text, within

Means = Literal["cpu", "memory", "disk", "idle"]

# Names of metrics of AWS/EC2, AWS/WorkSpaces, AWS/RDS, AWS/SageMaker and of the CloudWatch agent, Linux and Windows.
_CPU = re.compile(r"\bcpu$|cpu.?(util|usage|time)|processor (time|% idle)", re.IGNORECASE)
_MEMORY = re.compile(r"mem(ory)?.*(used|usage|util|free|available|committed)|freeablememory|\bmemory$", re.IGNORECASE)
_DISK = re.compile(r"disk ?(space)?[_ ]?(used|usage|util|free)|free ?(storage)? ?space|volume.?usage", re.IGNORECASE)
_LEFT = re.compile(r"free|available|idle", re.IGNORECASE)  # how much is left, rather than used
_SHARE = re.compile(r"percent|%|utili[sz]ation|usage", re.IGNORECASE)
_UNITS = {"percent": "%", "seconds": "s", "milliseconds": "ms", "microseconds": "µs", "bytes": "B", "count": ""}
_SIZES = (("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3))

# What tells a series from others of the same machine, and names no machine itself.
_PARTS = ("path", "device", "fstype", "objectname", "cpu", "instance", "ImageId", "InstanceType", "MountPath", "name")


@dataclass(frozen=True)
class Metric:
    """One metric, or an expression over several.

    `dimensions` of an expression are those of the metrics that it reads. `unit` is CloudWatch's word ("Percent").
    """

    name: str
    namespace: str = ""
    dimensions: Mapping[str, str] = field(default_factory=dict)
    statistic: str = ""
    period: int | None = None  # seconds
    unit: str = ""
    expression: str = ""

    @property
    def machine(self) -> str:
        """What it is of, with the disk where there is one: "i-0abc (/u01)"; "" where it is of nothing in particular."""
        wholes = [value for name, value in self.dimensions.items() if name not in _PARTS]
        disk = self.dimensions.get("path") or self.dimensions.get("MountPath") or self._windows_disk()
        return ", ".join(wholes[:3]) + (f" ({disk})" if disk and wholes else "")

    @property
    def resources(self) -> tuple[str, ...]:
        """The ids of what it is of."""
        return tuple(dict.fromkeys(value for name, value in self.dimensions.items() if name not in _PARTS))[:10]

    def means(self, above: bool | None) -> Means | None:
        """What it means that this is above (else below) its line; None where that says nothing about a machine.

        `LogicalDisk % Free Space` and their like are the inverse: below is what is wrong.
        """
        if above is None:
            return None
        if self.name == "UserConnected":
            return None if above else "idle"
        used = above != bool(_LEFT.search(self.name))
        if _CPU.search(self.name):
            return "cpu" if used else "idle"
        if _MEMORY.search(self.name):
            return "memory" if used else None
        if _DISK.search(self.name):
            return "disk" if used else None
        return None

    def say(self, value: float) -> str:
        """A value with its unit: "99.5 %", "1.2 GB", "17"."""
        if self._unit() == "B":
            return say_size(value)
        return f"{say_number(value)} {self._unit()}".rstrip()

    @property
    def share(self) -> bool:
        """Whether its values are percent."""
        return self._unit() == "%"

    @property
    def symbol(self) -> str:
        """Its unit in short, "" where it has none."""
        return self._unit()

    def _unit(self) -> str:
        known = _UNITS.get(self.unit.lower())
        if known is not None:
            return known
        if self.unit and self.unit != "None":
            return self.unit
        if self.name in ("FreeStorageSpace", "FreeableMemory"):
            return "B"
        return "%" if _SHARE.search(self.name) else ""

    def _windows_disk(self) -> str:
        return self.dimensions.get("instance", "") if self.name.startswith("LogicalDisk") else ""


def dimensions(found: object) -> Mapping[str, str]:
    """The dimensions of a metric by name: EventBridge sends an object, SNS a list of {name, value}."""
    if isinstance(found, Mapping):
        pairs = ((text(name), text(value)) for name, value in found.items())
    elif isinstance(found, list):
        pairs = ((_either(each, "name", "Name"), _either(each, "value", "Value")) for each in found)
    else:
        return {}
    return {name: value for name, value in pairs if name and value}


def say_size(size: float) -> str:
    """A number of bytes: "512 bytes", "1.2 GB"."""
    unit, base = next(((unit, base) for unit, base in _SIZES if abs(size) >= base), ("bytes", 1.0))
    return f"{say_number(size / base)} {unit}"


def _either(found: object, *names: str) -> str | None:
    return next((said for name in names if (said := text(fields(found), name)) is not None), None)


def returned(query: object) -> bool:
    """Whether a metric or expression of several is the one that the alarm watches; SNS may write it as a text."""
    flag = (
        within(
            query,
            "returnData",
        )
        if "returnData" in fields(query)
        else within(query, "ReturnData")
    )
    return flag is True or str(flag).lower() == "true"
