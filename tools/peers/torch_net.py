"""The networks of this product in PyTorch, from their weights and card alone.

The table of layers is perception/src/nets/plan.rs; the way from cells to logits is perception/src/nets/aggregate.rs.
"""

import json
import math
import pathlib

import numpy
import torch
from torch import nn
from torch.nn import functional

# The heads in the order of their numbers: positions, classes.
HEADS = {
    "segmentation": (2048, 9),
    "lanes": (64, 65),
    "objects": (512, 5),
    "depth": (512, 24),
    "sides": (2048, 12),
    "yaw": (512, 12),
    "light": (1, 4),
    "stop_line": (1, 25),
}
FINE_HEADS = ("segmentation", "lanes", "light")
# The class of the picture's heads that means "none".
NONE_CLASS = {"light": 0, "stop_line": 24}
LANE_BOUNDARIES = 4
LANE_ROWS = 16
FINE_HEIGHT = 32
COARSE_HEIGHT = 16
# What is done to the values 0 to 1 of a picture: perception/src/preprocess.rs.
MEAN, STD = 0.45, 0.25


def normalised(pictures):
    return (pictures - MEAN) / STD


def tensors(weights: pathlib.Path):
    """The numbers of a .safetensors file by name, in single precision."""
    kinds = {"F32": "<f4", "F16": "<f2"}
    file = weights.read_bytes()
    begin = 8 + int.from_bytes(file[:8], "little")
    header = json.loads(file[8:begin])
    header.pop("__metadata__", None)

    def tensor(entry):
        first, last = entry["data_offsets"]
        numbers = numpy.frombuffer(file[begin + first : begin + last], kinds[entry["dtype"]])
        return torch.from_numpy(numbers.astype("f4").reshape(entry["shape"]))

    return {name: tensor(entry) for name, entry in header.items()}


class Block(nn.Module):
    """Convolution, batch normalisation, the sum with another map if there is one, ReLU."""

    def __init__(self, name, stride, numbers):
        super().__init__()
        weight = numbers[f"{name}.weight"].permute(3, 2, 0, 1)
        out, into, kernel, _ = weight.shape
        self.conv = nn.Conv2d(into, out, kernel, stride, kernel // 2, bias=False)
        self.norm = nn.BatchNorm2d(out)
        with torch.no_grad():
            scale, shift = numbers[f"{name}.affine"]
            self.conv.weight.copy_(weight)
            self.norm.weight.copy_(scale)
            self.norm.bias.copy_(shift)
            self.norm.running_mean.copy_(numbers[f"{name}.mean"])
            self.norm.running_var.copy_(numbers[f"{name}.variance"])

    def forward(self, x, residual=None):
        x = self.norm(self.conv(x))
        return functional.relu(x if residual is None else x + residual, inplace=True)

    def fold(self):
        self.conv = nn.utils.fuse_conv_bn_eval(self.conv, self.norm)
        self.norm = nn.Identity()


class Pair(nn.Module):
    """A basic block of a residual network."""

    def __init__(self, name, numbers):
        super().__init__()
        self.first = Block(f"{name}.first", 1, numbers)
        self.second = Block(f"{name}.second", 1, numbers)

    def forward(self, x):
        return self.second(self.first(x), x)


class Raise(nn.Module):
    """A convolution whose four groups of channels become squares of 2x2 pixels."""

    def __init__(self, name, numbers):
        super().__init__()
        weight = numbers[f"{name}.weight"].permute(3, 2, 0, 1)
        out, into = weight.shape[:2]
        self.conv = nn.Conv2d(into, out, 1, bias=False)
        with torch.no_grad():
            # PyTorch keeps the four pixels of a channel together, this product the channels of a pixel.
            grouped = weight.reshape(4, out // 4, into, 1, 1).transpose(0, 1)
            self.conv.weight.copy_(grouped.reshape(out, into, 1, 1))

    def forward(self, x):
        return functional.pixel_shuffle(self.conv(x), 2)


class Cells(nn.Module):
    """A head: its cells, and the logits they make."""

    def __init__(self, head, numbers):
        super().__init__()
        weight = numbers[f"heads.{head}.weight"].permute(3, 2, 0, 1)
        self.head = head
        self.conv = nn.Conv2d(weight.shape[1], weight.shape[0], 1)
        with torch.no_grad():
            self.conv.weight.copy_(weight)
            self.conv.bias.copy_(numbers[f"heads.{head}.bias"])

    def forward(self, x):
        cells = self.conv(x)
        positions, classes = HEADS[self.head]
        if self.head == "lanes":
            cells = cells[:, :, -LANE_ROWS:]
            none = cells[:, LANE_BOUNDARIES:].mean(-1, keepdim=True)
            return torch.cat([cells[:, :LANE_BOUNDARIES], none], -1).reshape(-1, positions, classes)
        if self.head in NONE_CLASS:
            none = NONE_CLASS[self.head]
            cells = cells.flatten(2)
            likely = torch.logsumexp(cells, 2) - math.log(int(cells.shape[2]))
            mean = cells[:, none].mean(1, keepdim=True)
            return torch.cat([likely[:, :none], mean, likely[:, none + 1 :]], 1).unsqueeze(1)
        return cells.permute(0, 2, 3, 1).reshape(-1, positions, classes)


class Net(nn.Module):
    """Pictures `[batch, 3, height, width]` of values 0 to 1 in, the logits of every head out."""

    def __init__(self, weights: pathlib.Path):
        super().__init__()
        numbers = tensors(weights)
        sizes = json.loads(weights.with_suffix(".json").read_text())["architecture"]
        self.stem = Block("stem", 2, numbers)
        self.stages = nn.ModuleList()
        for stage, blocks in enumerate(sizes["blocks"], 1):
            parts = [Block(f"stage{stage}.open", 2, numbers)]
            for block in range(1, blocks + 1):
                name = f"stage{stage}.block{block}"
                plain = sizes["body"] == "plain"
                parts.append(Block(name, 1, numbers) if plain else Pair(name, numbers))
            self.stages.append(nn.Sequential(*parts))
        levels = [int(name[5]) for name in numbers if name.endswith(".lateral.weight")]
        self.levels = sorted(levels, reverse=True)
        self.raises = nn.ModuleDict(
            {str(level): Raise(f"level{level}.raise", numbers) for level in self.levels[1:]}
        )
        self.laterals = nn.ModuleDict(
            {str(level): Block(f"level{level}.lateral", 1, numbers) for level in self.levels}
        )
        self.fine = Block("fine", 1, numbers)
        self.coarse = Block("coarse", 1, numbers)
        self.heads = nn.ModuleList([Cells(head, numbers) for head in HEADS])

    def forward(self, pictures):
        return self.logits(normalised(pictures))

    def logits(self, x):
        x = self.stem(x)
        maps = []
        for stage in self.stages:
            x = stage(x)
            maps.append(x)
        above, grids = None, {}
        for level in self.levels:
            raised = None if above is None else self.raises[str(level)](above)
            above = self.laterals[str(level)](maps[level - 1], raised)
            grids[int(above.shape[2])] = above
        fine, coarse = self.fine(grids[FINE_HEIGHT]), self.coarse(grids[COARSE_HEIGHT])
        return [cells(fine if cells.head in FINE_HEADS else coarse) for cells in self.heads]

    def folded(self):
        """The same network for single frames, normalisation folded into the convolutions."""
        self.eval()
        for module in list(self.modules()):
            if isinstance(module, Block):
                module.fold()
        return self
