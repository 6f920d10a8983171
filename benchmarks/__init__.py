"""The budgets of speed and size, each a command: `python -m benchmarks NAME`, or `make bench` for all.

Each module here is one budget: `TITLE` says what is measured, `run()` yields the lines. What is compared is measured in
one run, one after the other, the best of several; processor time where work is compared, since it does not depend on
what else the machine does, and wall time where waiting is the point.
"""
