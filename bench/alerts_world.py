"""What stands around the benchmark of alerts: a chat that takes everything, and events of alarms."""

import asyncio
import itertools
import json
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any

from aiohttp import web

Json = dict[str, Any]

PLACES = 50
_ACCOUNT, _REGION = "123456789012", "eu-central-1"

_REASON: Json = {
    "version": "1.0",
    "queryDate": "2026-11-28T08:10:00.000+0000",
    "startDate": "2026-11-28T08:05:00.000+0000",
    "statistic": "Average",
    "period": 300,
    "recentDatapoints": [97.5],
    "threshold": 90.0,
}
_STATE: Json = {
    "value": "ALARM",
    "reason": "Threshold Crossed: 1 datapoint [97.5 (28/11/26 08:05:00)] was greater than the threshold (90.0).",
    "reasonData": json.dumps(_REASON),
    "timestamp": "2026-11-28T08:10:00.000+0000",
}

_numbers = itertools.count(1)


def place_id(number: int) -> str:
    """A channel."""
    return f"C0BENCH{number:03d}"


def machine(number: int) -> str:
    """The instance whose alarms a channel hears."""
    return f"i-0bench{number:08x}"


def event(number: int) -> str:
    """A queue message: the CPU of a channel's machine is high, by an alarm of its own."""
    one = next(_numbers)
    metric = {"namespace": "AWS/EC2", "name": "CPUUtilization", "dimensions": {"InstanceId": machine(number)}}
    stat = {"metric": metric, "period": 300, "stat": "Average"}
    alarm: Json = {
        "version": "0",
        "id": f"00000000-0000-4000-8000-{one:012d}",
        "detail-type": "CloudWatch Alarm State Change",
        "source": "aws.cloudwatch",
        "account": _ACCOUNT,
        "time": "2026-11-28T08:10:00Z",
        "region": _REGION,
        "resources": [f"arn:aws:cloudwatch:{_REGION}:{_ACCOUNT}:alarm:cpu-{one}"],
        "detail": {
            "alarmName": f"cpu-{one}",
            "configuration": {"metrics": [{"id": "m1", "metricStat": stat, "returnData": True}]},
            "previousState": {"value": "OK", "timestamp": "2026-11-28T08:00:00.000+0000"},
            "state": _STATE,
        },
    }
    return json.dumps({"v": 1, "kind": "aws", "event": alarm})


@contextmanager
def chat() -> Iterator[str]:
    """The address of a chat in a process of its own, which takes every message and looks at none."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    yield f"http://127.0.0.1:{ours.recv()}/api/"
    process.terminate()
    process.join()


def _serve(told: Connection) -> None:
    asyncio.run(_take_everything(told))


async def _take_everything(told: Connection) -> None:
    async def take(request: web.Request) -> web.Response:
        await request.read()
        return web.json_response({"ok": True, "channel": "C0", "ts": f"1764316800.{next(_numbers):06d}"})

    app = web.Application()
    app.router.add_post("/api/{method}", take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    told.send(runner.addresses[0][1])
    await asyncio.Event().wait()
