"""Keyed functions with which stand-ins are made: digests, and permutations of small sets."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from string import ascii_lowercase, digits
from typing import Final

_ROUNDS: Final = 10
LETTERS_AND_DIGITS: Final = ascii_lowercase + digits


class Cipher:
    """Functions of a key. `purpose` keeps one use apart from another."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def digest(self, purpose: str, text: str) -> bytes:
        return hmac.digest(self._key, f"{purpose}\0{text}".encode("utf-8", "surrogatepass"), "sha256")

    def hex(self, purpose: str, text: str, length: int) -> str:
        """So many hex digits."""
        blocks = (self.digest(purpose, f"{number}\0{text}").hex() for number in range(length // 64 + 1))
        return "".join(blocks)[:length]

    def bit(self, purpose: str, text: str) -> int:
        return self.digest(purpose, text)[0] & 1

    def permuted(self, text: str, alphabets: Sequence[str]) -> str:
        """Another text over the same alphabets, one a place; no two texts have the same one.

        A Feistel network over the two halves, as numbers.
        """
        middle = (len(text) + 1) // 2
        a, b = _number(text[:middle], alphabets[:middle]), _number(text[middle:], alphabets[middle:])
        size_a, size_b = _size(alphabets[:middle]), _size(alphabets[middle:])
        purpose = f"permutation of {size_a} x {size_b}"
        for number in range(0, _ROUNDS, 2):
            a = (a + self._of(purpose, number, b)) % size_a
            b = (b + self._of(purpose, number + 1, a)) % size_b
        return _text(a, alphabets[:middle]) + _text(b, alphabets[middle:])

    def _of(self, purpose: str, number: int, half: int) -> int:
        return int.from_bytes(self.digest(purpose, f"{number} {half}"))


def _size(alphabets: Sequence[str]) -> int:
    size = 1
    for alphabet in alphabets:
        size *= len(alphabet)
    return size


def _number(text: str, alphabets: Sequence[str]) -> int:
    number = 0
    for character, alphabet in zip(text, alphabets, strict=True):
        number = number * len(alphabet) + alphabet.index(character)
    return number


def _text(number: int, alphabets: Sequence[str]) -> str:
    characters = []
    for alphabet in reversed(alphabets):
        number, place = divmod(number, len(alphabet))
        characters.append(alphabet[place])
    return "".join(reversed(characters))
