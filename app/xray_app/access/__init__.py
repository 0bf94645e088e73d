"""Who may do what: people with passwords and sessions, machines with keys, roles and rights.

Secrets are kept as hashes alone. There is no default password: an empty installation prints a
link, good once and for an hour, that makes the first manager.
"""
