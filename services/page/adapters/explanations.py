"""Why the due dates of one dossier are what they are: stored events explained by the rules, held against what was emitted."""

from datetime import datetime
from typing import Any

from rules.book.procedures import ProcedureCatalogue
from rules.book.rulebook import Rulebook
from rules.explain.dossier_explanation import explain_dossier
from rules.explain.dossier_json import explanation_json
from rules.explain.recorded_stream import RecordedStream
from services.page.adapters.dossier_page import dossier_named
from services.page.adapters.reader import Reader, Row
from services.page.domain.recorded_streams import recorded_stream


class Explanations:
    """Explains one dossier. Raises StatisticsUnavailableError when ClickHouse is away."""

    def __init__(self, reader: Reader, rulebook: Rulebook, procedures: ProcedureCatalogue) -> None:
        self._reader = reader
        self._rulebook = rulebook
        self._procedures = procedures

    async def explanation(self, name: str, now: datetime) -> dict[str, Any]:
        """The explanation as plain JSON, the same as of `motcua explain --json`. Raises DossierNotFoundError."""
        found = await dossier_named(self._reader, name, now)
        dossier_id = found["dossier_id"]
        about = {field: found[field] for field in ("opened_on", "dossier_code")}
        keys = {"dossier_id": dossier_id, "opened_on": about["opened_on"].isoformat()}
        rows = [{**about, **row} for row in await self._reader.rows("dossier_events", keys)]
        stream = await self._stream(dossier_id, rows)
        return explanation_json(explain_dossier(stream, self._rulebook, self._procedures))

    async def _stream(self, dossier_id: str, rows: list[Row]) -> RecordedStream:
        asking = recorded_stream(dossier_id, rows)
        try:
            question = next(asking)
            while True:
                question = asking.send(await self._reader.rows("log_times", question))
        except StopIteration as done:
            stream: RecordedStream = done.value
            return stream
