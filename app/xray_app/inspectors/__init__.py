"""Untrusted files are decoded and inspected in processes that can be killed.

`process` is such a process for who asks it and `serving` what runs in it; `child` runs in those
that inspect, `pool` asks them and `dispatch` feeds them with what waits;
`head` runs in the one that reads the heads of DICOM files, and `heads` asks it; `bare` and `again`
open scans for a command beside the service, by `opening`.
"""
