#!/usr/bin/env python3
"""Compares an exported network in ONNX Runtime with the logits that the product's own engine gave.

    understudy export student --out student.onnx --samples 8
    python3 tools/check_onnx.py student.onnx

Needs numpy, onnx and onnxruntime; the product itself needs no Python.
"""

import pathlib
import sys

import numpy
import onnx
import onnxruntime

# Largest error allowed, as a share of the outputs' standard deviation.
TOLERANCE = 1e-4


def main(model: pathlib.Path) -> int:
    onnx.checker.check_model(str(model), full_check=True)
    samples = model.with_suffix(".samples")
    pictures = numpy.load(samples / "image.npy")
    session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    heads = [output.name for output in session.get_outputs()]
    runs = [session.run(heads, {"image": picture[None]}) for picture in pictures]
    is_equal = True
    print(f"{model}: {len(pictures)} frames in ONNX Runtime {onnxruntime.__version__}")
    for index, head in enumerate(heads):
        wanted = numpy.load(samples / f"{head}.npy")
        found = numpy.concatenate([run[index] for run in runs])
        share = float(numpy.abs(found - wanted).max() / wanted.std())
        is_equal &= share <= TOLERANCE  # false for what is no number
        print(f"  {head:13} largest error / standard deviation: {share:.1e}")
    print("equal" if is_equal else f"NOT equal: more than {TOLERANCE:g}")
    return 0 if is_equal else 1


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(pathlib.Path(sys.argv[1])))
