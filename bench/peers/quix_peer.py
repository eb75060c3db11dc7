"""`quix`: Quix Streams with state and changelog, as its documentation shows it.

Runs in an environment of its own (`bench.peers.installs`).
"""

import sys
from collections.abc import Callable
from typing import Any

from quixstreams import Application, State

from bench.peers.fold import fold
from bench.peers.measure import Job, Measure, read_job


def run(job: Job) -> None:
    """Run until the whole log is done."""
    app = Application(
        broker_address=job.bootstrap,
        consumer_group=job.group,
        auto_offset_reset="earliest",
        state_dir=str(job.folder),
        loglevel="WARNING",
    )
    source = app.topic("dossier-events", key_deserializer="str", value_deserializer="json")
    conclusions = app.topic("bench-out", key_serializer="str", value_serializer="json")
    measure = Measure(job)
    outputs = 0

    def on_event(value: Any, key: Any, _: int, headers: Any, state: State) -> list[dict[str, Any]]:
        nonlocal outputs
        measure.take()
        after, output = fold(state.get("dossier"), key, value, dict(headers))
        if after is not None:
            state.set("dossier", after)
        if measure.is_complete:
            app.stop()  # after this event
        if output is None:
            return []
        outputs += 1
        return [output]

    dataframe = app.dataframe(source)
    dataframe = dataframe.apply(on_event, stateful=True, metadata=True, expand=True)
    dataframe.to_topic(conclusions)
    _after_last_checkpoint(app, measure, lambda: measure.finish(outputs))
    app.run()


def _after_last_checkpoint(app: Application, measure: Measure, finish: Callable[[], None]) -> None:
    """Call `finish` when the last checkpoint is committed: `run` returns only after the group was left and the store closed."""
    context = app._processing_context  # noqa: SLF001  # there is no public place to ask
    commit = context.commit_checkpoint
    is_finished = False

    def committed(*, force: bool = False, revoking: bool = False) -> None:
        nonlocal is_finished
        commit(force=force, revoking=revoking)
        if force and measure.is_complete and not is_finished:
            is_finished = True
            finish()

    context.commit_checkpoint = committed


if __name__ == "__main__":
    run(read_job(sys.argv[1:]))
