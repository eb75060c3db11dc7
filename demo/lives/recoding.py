"""A ministry's system gives a dossier that a counter has accepted a code of its own (DR-30).

It is told after a life is complete and draws nothing, so that the other lives stay as they were.
"""

from typing import Any
from uuid import uuid5
from zlib import crc32

from demo.lives.life import Life
from services.intake.domain.actions import ACTION_NAMESPACE

ONE_IN = 120
COUNTER_CODES, MINISTRY_CODES = "H57.", "G22."
ONLINE = 2


def give_a_further_code(life: Life) -> None:
    """For a few dossiers of counters: the acceptance comes again under the ministry's code, or the code alone is told.

    From then on every other act bears that code. Those of the portal keep theirs: by Kafka two codes are two keys.
    """
    draw = crc32(life.plan.code.encode()) % ONE_IN
    place = next((n for n, one in enumerate(life.actions) if one["type"] == "dossier-accepted.v1"), None)
    if draw > 1 or place is None or life.plan.channel == ONLINE:
        return
    accepted, later = life.actions[place], life.actions[place + 1 :]
    code = life.plan.code.replace(COUNTER_CODES, MINISTRY_CODES)
    told = _sent_again(accepted, code) if draw else _assigned(accepted, code)
    under_it = [_under(code, one) if n % 2 == 0 else one for n, one in enumerate(later)]
    life.actions[place + 1 :] = [told, *under_it]


def _sent_again(accepted: dict[str, Any], code: str) -> dict[str, Any]:
    data = {**accepted["data"], "previous_code": accepted["subject"]}
    return {**_under(code, accepted), "id": _own_id(accepted), "data": data}


def _assigned(accepted: dict[str, Any], code: str) -> dict[str, Any]:
    data = {"code": code, "previous_code": accepted["subject"]}
    return {**accepted, "id": _own_id(accepted), "type": "dossier-code-assigned.v1", "data": data}


def _own_id(accepted: dict[str, Any]) -> str:
    return str(uuid5(ACTION_NAMESPACE, f"{accepted['id']}|again"))


def _under(code: str, action: dict[str, Any]) -> dict[str, Any]:
    return {**action, "subject": code, "dossiercode": code}
