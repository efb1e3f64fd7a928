"""ONNX Runtime on single frames, with its own choice of everything but the number of threads.

    onnxruntime_infer.py MODEL PICTURE THREADS
"""

import sys

import numpy
from line import need, serve

onnxruntime = need("onnxruntime")

model, picture, threads = sys.argv[1:]
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = int(threads)
session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
picture = numpy.fromfile(picture, "<f4").reshape(1, 3, 128, 256)
# Input and outputs are bound once, so that no call allocates or copies for Python's sake.
binding = session.io_binding()
binding.bind_ortvalue_input("image", onnxruntime.OrtValue.ortvalue_from_numpy(picture))
for output in session.get_outputs():
    value = onnxruntime.OrtValue.ortvalue_from_shape_and_type(output.shape, numpy.float32)
    binding.bind_ortvalue_output(output.name, value)
serve(
    f"ONNX Runtime {onnxruntime.__version__}",
    lambda: session.run_with_iobinding(binding),
    lambda _: binding.copy_outputs_to_cpu(),
)
