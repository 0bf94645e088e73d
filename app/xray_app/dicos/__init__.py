"""DICOS over the network, by pynetdicom: scans come in by C-STORE, threat detection reports go out.

The classes are DICOS's own, registered with pynetdicom by their numbers (NEMA IIC 1). What is done
here is DICOS-shaped; it has not been put before a conformance test.
"""
