"""Herald killed, stopped, starved and lied to, as a process: what it did, by the truth.

`python -m tests.faults` is the long run. `audit.py` compares the truth with the database.
"""
