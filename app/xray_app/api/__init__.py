"""REST under /api/v1, for scanners, clearance systems and the desk.

Every handler says which right it needs; `signing` proves who asks. Errors are JSON: one sentence
under `error`.
"""
