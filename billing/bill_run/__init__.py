"""出账: bills of a cycle, made in sets, exactly once an account and cycle.

What other parts call stands in three modules:

- ``running``: ``start_run``, ``stop_run``, ``resume_run``, ``cancel_trial``: what people do;
- ``working``: ``work_run``, what workers do until nothing is left;
- ``rebilling``: ``rebill``, one account's bill again, and ``bill_left_out``, one that a run had to
  leave out;
- ``status``: ``keep_status_period``, told by whoever changes why a subscriber is suspended;
- ``comparing``: what a trial would change against last month, and how far a run is.

A bill's figures, all in its currency, lines rounded to the minor unit:

- ``charges`` is the sum of ``amount`` over the lines that are no ``discount`` and no ``cap``,
  ``discounts`` minus the sum over those that are (their amounts are negative, save where a
  discount is taken back); ``tax`` the sum of the lines' ``tax``;
- ``total`` = charges − discounts where prices contain the tax (``tax_inclusive``), and that plus
  ``tax`` where it comes on top;
- ``paid_before`` is the sum of the lines' ``paid_before`` (prepaid; with the tax on top of it);
- ``receivable`` = total − paid_before + to_balance. A bill of less than nothing gives its amount
  to the account's cash book (``to_balance``, in the bill's own entry) and leaves no receivable,
  so ``receivable`` and ``open_amount`` are never negative.

The entry of a bill (``source_kind`` "bill", ``source_no`` the bill's number) debits RECEIVABLE
with ``receivable``. Bills of child accounts are bills of their own, with their own receivables;
``consolidated_into_id`` names the parent's bill, on which they are shown and with which they are
paid together.
"""
