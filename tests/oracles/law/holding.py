"""Who holds a dossier, line by line of the table in docs/rules/states.md."""


class Holding:
    """`holder`: who holds it; `handed_by`: who handed it over and may get it back."""

    def __init__(self) -> None:
        self.holder = 0
        self.handed_by: int | None = None

    def open(self, unit_id: int) -> None:
        """The opening event, and an acceptance after a submission."""
        self.holder, self.handed_by = unit_id, None

    def transfer(self, to_unit_id: int) -> None:
        """Handed on."""
        self.holder, self.handed_by = to_unit_id, self.holder

    def settle(self) -> None:
        """Received, or ended: nobody can get it back."""
        self.handed_by = None

    def give_back(self) -> None:
        """Refused."""
        self.holder, self.handed_by = self.handed_by or self.holder, None

    def reassign(self, new_unit_id: int) -> None:
        """A reorganisation."""
        self.holder = new_unit_id
