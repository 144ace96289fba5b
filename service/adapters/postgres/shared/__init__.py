"""Requests that come at the same time share a transaction (相乗り).

Their facts are loaded together and their audit entries are committed together; nobody is answered
before that commit. A request that needs anything out of the ordinary goes alone (``GoesAlone``), and
so does everyone of a transaction that the database refused: one never spoils it for the others.
"""
