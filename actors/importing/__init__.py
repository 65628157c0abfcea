"""Lists of organisations and offers that come in.

A list goes through three steps, each a job in the background that works in batches: it is checked
(`checking`), written (`writing`) and maybe taken back (`undoing`). Each batch is a transaction and
notes which rows it has done: a worker that dies goes on where it was, and what is written can be
taken back at any time, also in the middle.
"""

#: How many rows are checked, written or taken back in one transaction.
BATCH = 500
