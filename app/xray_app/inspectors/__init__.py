"""Untrusted files are decoded and inspected in processes that can be killed.

`child` is such a process, `pool` its other end, `dispatch` feeds it with what waits.
"""
