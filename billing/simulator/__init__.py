"""账单模拟: what sample customers would pay under a draft, beside what they pay now.

``samples`` are the sample customers with a month of use each, ``drafts`` says what a release
changes, ``pretending`` and ``reckoning`` rate and bill it by the very statements that charge real
customers, in a transaction that is taken back. ``releasing`` is the door: a release's result is
kept with it; ``required`` refuses to let one go on whose prices nobody has looked at.
"""
