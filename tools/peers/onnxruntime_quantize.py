"""A network in 8 bits as ONNX Runtime likes it: QDQ, weights signed and per channel, activations unsigned.

    onnxruntime_quantize.py MODEL PICTURES OUTPUT
"""

import pathlib
import sys

import numpy
from line import need, say

need("onnx")
need("onnxruntime")

import onnx
from onnxruntime import quantization
from onnxruntime.quantization.shape_inference import quant_pre_process

model, pictures, output = sys.argv[1:]
pictures = numpy.fromfile(pictures, "<f4").reshape(-1, 1, 3, 128, 256)


class Frames(quantization.CalibrationDataReader):
    def __init__(self):
        self.frames = iter(pictures)

    def get_next(self):
        frame = next(self.frames, None)
        return None if frame is None else {"image": frame}


prepared = pathlib.Path(output).with_suffix(".prepared.onnx")
# All shapes are fixed; symbolic ones would need one package more.
quant_pre_process(model, prepared, skip_symbolic_shape=True)
quantization.quantize_static(
    prepared,
    output,
    Frames(),
    quant_format=quantization.QuantFormat.QDQ,
    per_channel=True,
    activation_type=quantization.QuantType.QUInt8,
    weight_type=quantization.QuantType.QInt8,
)
say({"ready": f"onnx {onnx.__version__}"})
