"""PyTorch on single frames: normalisation folded, channels last, traced, frozen and optimised for inference.

    torch_infer.py WEIGHTS PICTURE THREADS
"""

import pathlib
import sys

import numpy
from line import need, serve

torch = need("torch")

from torch_net import Net

weights, picture, threads = sys.argv[1:]
torch.set_num_threads(int(threads))
picture = torch.from_numpy(numpy.fromfile(picture, "<f4").reshape(1, 3, 128, 256))
picture = picture.contiguous(memory_format=torch.channels_last)
with torch.inference_mode():
    net = Net(pathlib.Path(weights)).folded().to(memory_format=torch.channels_last)
    traced = torch.jit.freeze(torch.jit.trace(net, picture))
    net = torch.jit.optimize_for_inference(traced)
    serve(f"PyTorch {torch.__version__}", lambda: net(picture), lambda heads: heads)
