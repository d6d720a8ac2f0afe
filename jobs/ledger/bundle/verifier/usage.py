"""Verify a bundle of aquaadmin's ledger:

    python3 -I verify.py [BUNDLE] [--key KEY] [--checkpoint FILE] [--each-signature]

BUNDLE is a directory or a .zip; without it, the directory in which this file lies. Nothing is needed but Python 3.9.
Exit code 0: everything is what it was. 1: it is not, and the first thing that is not is named. 2: usage.
"""
