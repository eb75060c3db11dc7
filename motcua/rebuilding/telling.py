"""What `motcua rebuild store` says at its end."""

import click

from motcua.output import ExitCode, print_table
from motcua.rebuilding.run import Rebuilt


def show_rebuilt(built: Rebuilt) -> int:
    """Say what was built, or what is wrong; the exit code."""
    findings = built.findings
    if findings.count:
        rows = [(one.where, one.stream, one.code, one.number, one.what) for one in findings.first]
        print_table(("where", "stream", "code", "number", "what is wrong"), rows)
        more = f", the first {len(rows)} are shown" if findings.count > len(rows) else ""
        click.echo(f"NOTHING WAS BUILT: {findings.count} findings in {built.records} records{more}")
        return int(ExitCode.FINDINGS)
    rate = built.events / max(built.seconds, 0.001)
    click.echo(
        f"built: {built.events} events in {built.seconds:.1f} s ({rate:,.0f}/s), the last has number {built.last_id} and was"
        f" recorded at {built.last_recorded_at}. What was recorded later and not published is not in it: whoever sent it sends"
        " it again."
    )
    if built.aside is not None:
        click.echo(f"the old store is in {built.aside} now; delete it when all is well")
    if built.unused:
        click.echo(f"{built.unused} numbers belong to no event, as you said")
    if built.left_out:
        click.echo(f"{built.left_out} records were left out: publish the topics anew with `motcua rebuild kafka`")
    if built.named_anew:
        click.echo(
            f"{built.named_anew} dossiers were accepted under a new code: where such an acceptance had a `dossiercode` and"
            " another subject, that subject is not known any more"
        )
    click.echo("next: `motcua verify --store-only`, then `motcua up` and `motcua verify`")
    return int(ExitCode.OK)
