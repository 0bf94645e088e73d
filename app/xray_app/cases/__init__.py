"""Cases: what came in, what the model and the officers said of it, and the chain that proves it.

Every change runs in one write transaction of `database.Database`, goes through a compare-and-set
of the case's version, and leaves an entry in the audit chain in the same transaction.
"""
