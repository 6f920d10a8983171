"""Inventories and cassettes for strangers' eyes: stable stand-ins for names, ids and addresses."""

from .anonymizer import Anonymizer
from .key import key_from, key_of_this_run

__all__ = ["Anonymizer", "key_from", "key_of_this_run"]
