"""How storage fails: each error is one sentence for the operator."""


class DatabaseError(Exception):
    """The database cannot be used; the text says why and what to do."""
