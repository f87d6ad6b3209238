"""发票: tax invoices over the lines of bills.

An invoice is an entity of its own. It stands over lines of one bill, each charge on at most one
that stands (``billing_line_invoiced_once``). It is never changed: a mistake is undone by a red
invoice (红字发票) of the opposite amounts, after which its lines may be invoiced anew. A bill with
an invoice that stands cannot be made again. Issuing moves no money, so nothing is posted.
"""

from billing.invoicing.issuing import issue_invoice
from billing.invoicing.undoing import undo_invoice

__all__ = ["issue_invoice", "undo_invoice"]
