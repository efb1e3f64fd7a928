"""PyTorch learning: one step on a batch, channels last, all eight losses, clipping, AdamW.

    torch_train.py WEIGHTS BATCH_FOLDER THREADS
"""

import json
import pathlib
import sys

import numpy
from line import need, serve

torch = need("torch")

from torch.nn import functional
from torch_net import HEADS, Net, normalised

weights, folder, threads = sys.argv[1:]
folder = pathlib.Path(folder)
recipe = json.loads((folder / "recipe.json").read_text())
torch.set_num_threads(int(threads))
pictures = numpy.fromfile(folder / "pictures.f32", "<f4").reshape(-1, 3, 128, 256)
# Normalised before the step, as the product's own batches are.
pictures = normalised(torch.from_numpy(pictures)).contiguous(memory_format=torch.channels_last)


class Wanted:
    """What a head should say: one or two neighbouring classes a position, and how much the position counts."""

    def __init__(self, head):
        numbers = numpy.fromfile(folder / f"{head}.f32", "<f4").reshape(-1, 3)
        index, upper, weight = torch.from_numpy(numbers).unbind(1)
        classes = HEADS[head][1]
        self.index = torch.stack([index.long(), (index.long() + 1) % classes], 1)
        self.share = torch.stack([1 - upper, upper], 1)
        self.weight = weight / weight.sum()
        self.entropy = -torch.xlogy(self.share, self.share).sum(1)

    def loss(self, logits):
        """Weighted mean of the divergence from what is wanted."""
        logs = functional.log_softmax(logits.flatten(0, 1), 1).gather(1, self.index)
        return -(self.weight * ((self.share * logs).sum(1) + self.entropy)).sum()


wanted = [Wanted(head) for head in HEADS]
head_weights = [recipe["heads"][head] for head in HEADS]
net = Net(pathlib.Path(weights)).to(memory_format=torch.channels_last).train()
convolutions = [p for p in net.parameters() if p.dim() == 4]
others = [p for p in net.parameters() if p.dim() != 4]
optimiser = torch.optim.AdamW(
    [{"params": convolutions, "weight_decay": recipe["weight_decay"]}, {"params": others, "weight_decay": 0.0}],
    lr=recipe["learning_rate"],
    fused=True,
)


def step():
    optimiser.zero_grad(set_to_none=True)
    losses = [of.loss(logits) for of, logits in zip(wanted, net.logits(pictures))]
    total = sum(weight * loss for weight, loss in zip(head_weights, losses))
    total.backward()
    norm = torch.nn.utils.clip_grad_norm_(net.parameters(), recipe["clip_norm"])
    optimiser.step()
    return [total.item(), *(loss.item() for loss in losses), norm.item()]


serve(f"PyTorch {torch.__version__}", step, lambda numbers: [numbers[:-1], numbers[-1:]])
