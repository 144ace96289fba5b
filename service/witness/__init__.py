"""A witness of transparency logs: a small program for a machine outside the log's administration.

It needs no database and none of the service's settings, and it never sees anything but sizes,
hashes and signatures: no entry, no person.
"""
