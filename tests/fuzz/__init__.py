"""Strangers' bytes: what reads them ends in a result, a Gap or one of our errors, whatever they are.

`targets.py` says what is fed to what, `seeds.py` where the search starts, `mutate.py` how structure is changed;
`python -m tests.fuzz TARGET SECONDS` searches with atheris. Inputs that once broke something stay in `found/`, a folder
a target, and are fed again by tests/test_hostile_input.py, which needs no atheris.
"""
