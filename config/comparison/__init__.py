"""Schemes of which an operator chooses one, compared by what was measured (``compare_schemes``).

A comparison runs on an instance of its own, which is gone afterwards: nothing that is in use is
switched, stopped or written to. ``SUBJECTS`` names what can be compared; each module compares one.
"""
