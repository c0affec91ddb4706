"""Which of ONNX Runtime's kernels run here, and a way to run those of older CPUs.

Int8 products on AVX2 add pairs in 16 bits and saturate; VNNI does not. So a model scores
differently on an older CPU, unless its weights have seven bits or the session has the setting
`session.x64quantprecision`. How the CPU is made to look older: see avx2.c.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import onnxruntime

FORCED = "BENCH_AVX2"


def kernels() -> str:
    """The CPU and the newest instructions for int8 products that ONNX Runtime finds in it."""
    text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    name = re.search(r"model name\s*: (.*)", text)[1]
    flags = set(re.search(r"flags\s*: (.*)", text)[1].split())
    if os.environ.get(FORCED):
        return f"{name}, kernels for AVX2 (newer instructions hidden)"
    kinds = {"amx_int8": "AMX", "avx512_vnni": "AVX512-VNNI", "avx_vnni": "AVX-VNNI"}
    kinds |= {"avx512bw": "AVX512", "avx2": "AVX2"}
    return f"{name}, kernels for {next(kinds[flag] for flag in kinds if flag in flags)}"


def run_again(arguments: list[str]) -> int:
    """Run this program once more, with an ONNX Runtime that sees AVX2 only; its exit code.

    Needs gcc and objdump, on x86-64 Linux.
    """
    with TemporaryDirectory() as name:
        folder = Path(name)
        package = Path(onnxruntime.__file__).parent
        shutil.copytree(package, folder / "onnxruntime", copy_function=os.symlink)
        for library in (folder / "onnxruntime/capi").glob("onnxruntime_pybind11_state*.so"):
            code = hide_cpuid(library)
            library.unlink()
            library.write_bytes(code)
        shim = folder / "avx2.so"
        source = Path(__file__).with_name("avx2.c")
        subprocess.run(["gcc", "-O1", "-shared", "-fPIC", "-o", shim, source], check=True)
        environment = os.environ | {"PYTHONPATH": name, "LD_PRELOAD": str(shim), FORCED: "1"}
        again = [argument for argument in arguments if argument != "--avx2"]
        return subprocess.run([sys.executable, *again], env=environment, check=False).returncode


def hide_cpuid(library: Path) -> bytes:
    """The library's bytes with `ud2` in the place of each `cpuid`."""
    code = bytearray(library.read_bytes())
    sections = subprocess.check_output(["objdump", "-h", library], text=True)
    _, address, _, offset = re.search(r"\.text\s+(\w+)\s+(\w+)\s+(\w+)\s+(\w+)", sections).groups()
    shift = int(offset, 16) - int(address, 16)
    listing = subprocess.check_output(["objdump", "-d", "-j", ".text", library], text=True)
    places = re.findall(r"^\s*(\w+):\s+0f a2\s+cpuid", listing, re.MULTILINE)
    assert places, f"no cpuid found in {library.name}"
    for place in places:
        at = int(place, 16) + shift
        assert code[at : at + 2] == b"\x0f\xa2"
        code[at : at + 2] = b"\x0f\x0b"
    return bytes(code)
