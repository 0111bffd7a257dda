"""What Herald does: it reads archives, answers questions, and tells subscribers."""

__version__ = "0.1.0"
