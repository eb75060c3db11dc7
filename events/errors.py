"""What can be wrong with a message. The names say the reaction: a MessageError can never be handled, so it is dead-lettered."""


class MessageError(Exception):
    """The bytes or fields of one message are wrong and will stay wrong; sending them again changes nothing."""


class UnreadableMessageError(MessageError):
    """The bytes are not a CloudEvent (not JSON, or a compulsory attribute is missing or malformed)."""


class UnknownEventTypeError(MessageError):
    """The event's type or version is not in the catalog; unknown versions are refused, never guessed."""


class SchemaMismatchError(MessageError):
    """A field has a type or value that the published schema does not allow."""


class ChainBreakError(MessageError):
    """The record doesn't follow in the hash chain of its dossier: changed, forged, or a second one of its number."""
