"""A plan of one dossier written down by hand: each act a line; it is sent at once, unless told when."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tests.properties.whole_way.rule_books import PUBLISHED, Choice
from tests.properties.whole_way.world import LATEST_ENDING, Act, Dossier, Plan, World, live
from tests.unit.deadlines.life import PLAIN, UNIT, at

DOSSIER = "11111111-1111-5111-8111-111111111111"


class Story:
    """What happens to one dossier, line by line."""

    def __init__(
        self, choice: Choice = PUBLISHED, procedure_code: str = PLAIN, *, dossier_id: str = DOSSIER, unit_id: int = UNIT
    ) -> None:
        self._choice, self._code, self._dossier_id, self._unit_id = choice, procedure_code, dossier_id, unit_id
        self._acts: list[Act] = []
        self._outages: list[tuple[datetime, datetime]] = []

    def then(self, when: str, what: str, sent: str | None = None, **data: Any) -> Story:
        """Something happens; `sent`: when intake gets it."""
        happened = at(when)
        sent_at = at(sent) if sent else happened + timedelta(seconds=1)
        self._acts.append(
            Act(
                dossier_id=self._dossier_id,
                at=happened,
                sent_at=sent_at,
                what=f"{what}.v1",
                data=data,
                unit_id=self._unit_id,
            )
        )
        return self

    def accepted(self, when: str, value: int, unit: str = "working_day", sent: str | None = None) -> Story:
        """Accepted with a term."""
        term = {"value": value, "unit": unit}
        return self.then(when, "dossier-accepted", sent, procedure_code=self._code, term=term)

    def step(self, when: str, hours: int, sent: str | None = None) -> Story:
        """A step with a budget begins."""
        return self.then(when, "step-started", sent, step_code="review", budget={"value": hours, "unit": "hour"})

    def asked(self, when: str, sent: str | None = None, round_no: int = 1) -> Story:
        """The citizen is asked for more."""
        return self.then(
            when, "supplement-requested", sent, round_no=round_no, missing_items=["giấy tờ"], reason="thiếu"
        )

    def supplemented(self, when: str, sent: str | None = None, round_no: int = 1) -> Story:
        """The citizen brought it."""
        return self.then(when, "supplement-completed", sent, round_no=round_no)

    def ready(self, when: str, sent: str | None = None) -> Story:
        """The result is there."""
        return self.then(when, "result-ready-at-counter", sent)

    def approved(self, when: str) -> Story:
        """A head approves that the ending was recorded late."""
        data = {"target_event_id": LATEST_ENDING, "reason": "mất điện", "approver_id": "o-9"}
        return self.then(when, "backdating-approved", None, **data)

    def reopened(self, when: str, sent: str | None = None) -> Story:
        """It goes on after its end."""
        return self.then(when, "dossier-reopened", sent, reason="sai sót", approver_id="o-9")

    def apologised(self, when: str, **more: str) -> Story:
        """A letter leaves, perhaps with a new date."""
        letter = {"letter_no": "12/TXL", "reason": "chậm", "signer_id": "o-1", "medium": "paper"}
        return self.then(when, "apology-sent", None, **letter, **more)

    def waived(self, when: str) -> Story:
        """The obligation to apologise is lifted."""
        return self.then(when, "apology-waived", None, basis="thiên tai", approver_id="o-9")

    def no_log(self, begins: str, ends: str) -> Story:
        """The broker is away."""
        self._outages.append((at(begins), at(ends)))
        return self

    def until(self, when: str) -> World:
        """The world after the last look."""
        return live(Plan(acts=self._acts, until=at(when), choice=self._choice, outages=self._outages))


def only(world: World) -> Dossier:
    """The one dossier of a world in which nothing was refused."""
    assert world.refused == []
    (dossier,) = world.dossiers
    return dossier
