"""Zuora's two documented answers to a cancel, byte for byte."""

from pathlib import Path

FOLDER = Path(__file__).parent / "aqua" / "examples"
JUNE10 = (FOLDER / "cancelled-june10.json").read_bytes()
DSEXPORT = (FOLDER / "cancelled-dsexport.json").read_bytes()
