"""What the embedded PostgreSQL refuses."""


class EmbeddedPostgresError(Exception):
    """The embedded PostgreSQL cannot serve; the message says what happened and what to do."""
