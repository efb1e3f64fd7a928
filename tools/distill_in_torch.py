#!/usr/bin/env python3
"""The outside check: the same student, frames and soft targets, distilled by PyTorch instead of by this product.

    .peers/bin/python tools/distill_in_torch.py --like runs/training/student/student.safetensors --out runs/torch

Reads what `understudy targets` and the first training left (data/frames/cache.bin, data/soft_targets.bin), takes
sizes and recipe from the card of --like, begins with random weights of its own, and writes student.safetensors with a
card, so that `understudy evaluate --assets` can set it beside ours. Needs the environment of tools/make-peers.
"""

import argparse
import hashlib
import json
import math
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent / "peers"))

import numpy
import torch
from torch import nn
from torch.nn import functional
from torch_net import HEADS, Cells, Block, Net, Raise, normalised

PICTURE = (128, 256, 3)
PICTURE_BYTES = math.prod(PICTURE)
# The weights of positions where nobody is: distill/src/loss/mod.rs.
EMPTY_WEIGHT, SCENERY_WEIGHT = 0.2, 0.1
# Steps between two words about the progress.
TELL_EVERY = 100


def header_and_records(path, record_bytes):
    """The JSON that a file begins with, and its records as rows of bytes."""
    file = numpy.memmap(path, "u1", "r")
    length = int.from_bytes(file[:8].tobytes(), "little")
    header = json.loads(file[8 : 8 + length].tobytes())
    return header, file[8 + length :].reshape(-1, record_bytes)


class Frames:
    """Pictures, hard labels and what the teacher says, each the way round it is asked for."""

    def __init__(self, cache, targets):
        positions = sum(count for count, _ in HEADS.values())
        self.header, self.cache = header_and_records(cache, PICTURE_BYTES + 3 * positions)
        values = sum(count * classes for count, classes in HEADS.values())
        said, self.said = header_and_records(targets, 2 * values)
        self.row_of = {index: row for row, index in enumerate(said["frames"])}
        self.teacher_digest = said["teacher_digest"]
        if said["dataset_digest"] != self.header["dataset_digest"]:
            sys.exit("the soft targets are of other frames; run `understudy targets` again")

    def train(self):
        frames = enumerate(self.header["frames"])
        return numpy.array([index for index, frame in frames if frame["split"] == "train"])

    def load(self, index, mirror):
        """A picture `[128, 256, 3]` of bytes, wanted shares and weights of every head, the teacher's logarithms."""
        record = self.cache[index]
        picture = record[:PICTURE_BYTES].reshape(PICTURE)
        said = self.said[self.row_of[index]].view("<f2").astype("f4")
        labels = record[PICTURE_BYTES:].reshape(-1, 3)
        wanted, weights, answers, at, value = {}, {}, {}, 0, 0
        for head, (count, classes) in HEADS.items():
            packed = labels[at : at + count].astype("f4")
            share = numpy.zeros((count, classes), "f4")
            lower, upper = packed[:, 0].astype(int), packed[:, 1] / 255
            rows = numpy.arange(count)
            share[rows, lower] += 1 - upper
            share[rows, (lower + 1) % classes] += upper
            answer = said[value : value + count * classes].reshape(count, classes)
            weight = packed[:, 2] / 200
            if mirror:
                share, answer = mirrored(head, share), mirrored(head, answer)
                weight = mirrored(head, numpy.repeat(weight[:, None], classes, 1))[:, 0]
            wanted[head], weights[head], answers[head] = share, weight, answer
            at, value = at + count, value + count * classes
        return (picture[:, ::-1] if mirror else picture), wanted, weights, answers


def mirrored(head, values):
    """What a head says `[positions, classes]`, of the flipped picture: distill/src/mirror.rs."""
    classes = values.shape[1]
    if head == "segmentation":
        return values.reshape(32, 64, classes)[:, ::-1].reshape(-1, classes)
    if head in ("objects", "depth", "yaw"):
        values = values.reshape(16, 32, classes)[:, ::-1].reshape(-1, classes)
        return values[:, (classes - numpy.arange(classes)) % classes] if head == "yaw" else values
    if head == "sides":
        return values.reshape(16, 32, 4, classes)[:, ::-1, [2, 1, 0, 3]].reshape(-1, classes)
    if head == "lanes":
        values = values.reshape(4, 16, classes)[::-1].reshape(-1, classes)
        columns = numpy.append(numpy.arange(classes - 2, -1, -1), classes - 1)
        return values[:, columns]
    return values


def photometric(picture, strength, random):
    """Normalised, with light, colour, sharpness and noise changed: distill/src/augment.rs."""
    within = lambda bound: bound * (2 * random.random() - 1)
    gain = (1 + within(strength["contrast"])) * (1 + numpy.array([within(strength["colour"]) for _ in range(3)]))
    picture = normalised(picture.astype("f4") / 255) * gain.astype("f4") + within(strength["brightness"])
    if random.random() < strength["blur"]:
        padded = numpy.pad(picture, ((1, 1), (1, 1), (0, 0)), mode="edge")
        rows = (padded[:, :-2] + 2 * padded[:, 1:-1] + padded[:, 2:]) / 4
        picture = (rows[:-2] + 2 * rows[1:-1] + rows[2:]) / 4
    noise = strength["noise"] * random.random()
    return picture + noise * random.standard_normal(picture.shape, "f4")


def batch_of(frames, indices, strength, random):
    loaded = [frames.load(index, random.random() < strength["mirror"]) for index in indices]
    pictures = numpy.stack([photometric(picture, strength, random) for picture, *_ in loaded])
    stacked = lambda part, head: torch.from_numpy(numpy.concatenate([one[part][head] for one in loaded]).copy())
    parts = [{head: stacked(part, head) for head in HEADS} for part in (1, 2, 3)]
    return torch.from_numpy(pictures.astype("f4")).permute(0, 3, 1, 2), *parts


def divergence(logits, wanted, weight, temperature=1.0):
    """Weighted mean of the divergence from what is wanted, times the temperature squared."""
    logs = functional.log_softmax(logits / temperature, 1)
    each = (torch.xlogy(wanted, wanted) - wanted * logs).sum(1)
    return temperature**2 * (weight * each).sum() / weight.sum().clamp_min(1e-9)


def position_weights(head, count, somebody):
    """How much the teacher's word counts at each position: what it says of a box only where it sees somebody."""
    if head == "objects":
        return EMPTY_WEIGHT + somebody
    if head == "depth":
        return SCENERY_WEIGHT + somebody
    if head == "yaw":
        return somebody
    if head == "sides":
        return somebody.repeat_interleave(4)
    return torch.ones(count)


def loss_of(answers, wanted, weights, said, recipe):
    total, distillation = 0.0, recipe["distillation"]
    share, temperature = distillation["soft_share"], distillation["temperature"]
    somebody = 1 - functional.softmax(said["objects"], 1)[:, 0]
    for (head, (_, classes)), logits in zip(HEADS.items(), answers):
        logits = logits.reshape(-1, classes)
        hard = divergence(logits, wanted[head], weights[head])
        soft_weight = position_weights(head, len(logits), somebody)
        soft_wanted = functional.softmax(said[head] / temperature, 1)
        soft = divergence(logits, soft_wanted, soft_weight, temperature)
        total = total + recipe["heads"][head] * (share * soft + (1 - share) * hard)
    return total


def forget(net):
    """Random weights of PyTorch's own."""
    for module in net.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
            if module.bias is not None:
                nn.init.zeros_(module.bias)
        elif isinstance(module, nn.BatchNorm2d):
            module.reset_running_stats()
            module.reset_parameters()


def learning_rate(recipe, step):
    rise, top = recipe["warm_up_steps"], recipe["learning_rate"]
    if step < rise:
        return top * (step + 1) / rise
    progress = min((step - rise) / max(recipe["steps"] - rise, 1), 1.0)
    last = recipe["final_rate_share"]
    return top * (last + (1 - last) * 0.5 * (1 + math.cos(math.pi * progress)))


def tensors_of(net):
    """The network's numbers under this product's names and in its order of axes."""
    found = {}
    for name, module in named_layers(net):
        conv = module.conv.weight.detach()
        if isinstance(module, Raise):
            out, into = conv.shape[:2]
            conv = conv.reshape(out // 4, 4, into, 1, 1).transpose(0, 1).reshape(out, into, 1, 1)
        found[f"{name}.weight"] = conv.permute(2, 3, 1, 0)
        if isinstance(module, Block):
            norm = module.norm
            found[f"{name}.affine"] = torch.stack([norm.weight.detach(), norm.bias.detach()])
            found[f"{name}.mean"], found[f"{name}.variance"] = norm.running_mean, norm.running_var
        elif isinstance(module, Cells):
            found[f"{name}.bias"] = module.conv.bias.detach()
    return {name: tensor.contiguous().numpy() for name, tensor in sorted(found.items())}


def named_layers(net):
    yield "stem", net.stem
    for number, stage in enumerate(net.stages, 1):
        for block, part in enumerate(stage):
            name = f"stage{number}.block{block}" if block else f"stage{number}.open"
            if isinstance(part, Block):
                yield name, part
            else:
                yield f"{name}.first", part.first
                yield f"{name}.second", part.second
    for level, raised in net.raises.items():
        yield f"level{level}.raise", raised
    for level, lateral in net.laterals.items():
        yield f"level{level}.lateral", lateral
    yield "fine", net.fine
    yield "coarse", net.coarse
    for cells in net.heads:
        yield f"heads.{cells.head}", cells


def save(net, card, folder):
    header, data, at = {}, [], 0
    for name, numbers in tensors_of(net).items():
        raw = numbers.astype("<f4").tobytes()
        header[name] = {"dtype": "F32", "shape": list(numbers.shape), "data_offsets": [at, at + len(raw)]}
        data.append(raw)
        at += len(raw)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    file = len(text).to_bytes(8, "little") + text + b"".join(data)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "student.safetensors").write_bytes(file)
    card["weights_digest"] = hashlib.sha256(file).hexdigest()
    (folder / "student.json").write_text(json.dumps(card, indent=2) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--like", type=pathlib.Path, required=True, help="a student of ours: its sizes and recipe")
    parser.add_argument("--cache", type=pathlib.Path, default="data/frames/cache.bin")
    parser.add_argument("--targets", type=pathlib.Path, default="data/soft_targets.bin")
    parser.add_argument("--steps", type=int, help="instead of the recipe's")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    options = parser.parse_args()
    card = json.loads(options.like.with_suffix(".json").read_text())
    recipe = card["recipe"] | ({"steps": options.steps} if options.steps else {})
    frames = Frames(options.cache, options.targets)
    torch.manual_seed(options.seed)
    random = numpy.random.default_rng(options.seed)
    net = Net(options.like).train()
    forget(net)
    net = net.to(memory_format=torch.channels_last)
    groups = [[p for p in net.parameters() if (p.dim() == 4) == is_conv] for is_conv in (True, False)]
    decays = (recipe["weight_decay"], 0.0)
    optimiser = torch.optim.AdamW([{"params": g, "weight_decay": d} for g, d in zip(groups, decays)], fused=True)
    average = torch.optim.swa_utils.AveragedModel(
        net,
        multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(recipe["average_decay"]),
        use_buffers=True,
    )
    order, train = numpy.array([], int), frames.train()
    for step in range(recipe["steps"]):
        if len(order) < recipe["batch"]:
            order = random.permutation(train)
        indices, order = order[: recipe["batch"]], order[recipe["batch"] :]
        pictures, wanted, weights, said = batch_of(frames, indices, recipe["augmentation"], random)
        for group in optimiser.param_groups:
            group["lr"] = learning_rate(recipe, step)
        optimiser.zero_grad(set_to_none=True)
        loss = loss_of(net.logits(pictures.contiguous(memory_format=torch.channels_last)), wanted, weights, said, recipe)
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), recipe["clip_norm"])
        optimiser.step()
        average.update_parameters(net)
        if step % TELL_EVERY == 0:
            print(f"step {step} of {recipe['steps']}: loss {loss.item():.3f}", flush=True)
    card |= {"seed": options.seed, "scores": {}, "teacher_digest": frames.teacher_digest}
    card["recipe"] = recipe | {"trained_in": f"PyTorch {torch.__version__}"}
    save(average.module, card, options.out)
    print(f"a student of PyTorch's in {options.out}")


if __name__ == "__main__":
    main()
