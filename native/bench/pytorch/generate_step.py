#!/usr/bin/env python3
"""One denoising step in PyTorch, to stand beside `sidestep_bench generate`.

The same shapes and the same work in float32: the layer stack of a config.json, every other layer's self-attention a band,
cross-attention to keys and values of the condition made once beforehand, both halves of guidance as one batch of two. Only PyTorch is needed.

    generate_step.py --config dit-512.config.json --latents 1500 --condition 256 [--steps 8] [--threads 2]

Prints one JSON document: seconds_per_step (fastest), median_seconds_per_step.
"""
import argparse
import json
import time

import torch
from torch.nn.functional import rms_norm, scaled_dot_product_attention, silu


def weight(*shape):
    return torch.randn(*shape) * 0.02


def rotated(x, cos, sin):
    left, right = x.chunk(2, dim=-1)
    return x * cos + torch.cat((-right, left), dim=-1) * sin


class Layer:
    def __init__(self, c, band):
        d, inner = c["hidden_size"], c["intermediate_size"]
        self.heads, self.kv, self.hd, self.band = c["num_attention_heads"], c["num_key_value_heads"], c["head_dim"], band
        width, kv_width = self.heads * self.hd, self.kv * self.hd
        self.q, self.k, self.v, self.o = weight(width, d), weight(kv_width, d), weight(kv_width, d), weight(d, width)
        self.cross_q, self.cross_k, self.cross_v, self.cross_o = weight(width, d), weight(kv_width, d), weight(kv_width, d), weight(d, width)
        self.gate, self.up, self.down = weight(inner, d), weight(inner, d), weight(d, inner)
        self.norms, self.head_norms, self.table = torch.ones(3, d), torch.ones(4, self.hd), weight(6, d)

    def split(self, x, heads, norm=None):
        x = x.view(x.shape[0], x.shape[1], heads, self.hd)
        return (x if norm is None else rms_norm(x, (self.hd,), self.head_norms[norm], 1e-6)).transpose(1, 2)

    def keys(self, condition):
        self.keys_made = self.split(condition @ self.cross_k.t(), self.kv, 3), self.split(condition @ self.cross_v.t(), self.kv)

    def attend(self, q, k, v, out, mask):
        y = scaled_dot_product_attention(q, k, v, attn_mask=mask, enable_gqa=True)
        return y.transpose(1, 2).flatten(2) @ out.t()

    def __call__(self, x, projection, rotary):
        shift_a, scale_a, gate_a, shift_m, scale_m, gate_m = (self.table + projection).unbind(1)
        normed = lambda i: rms_norm(x, (x.shape[-1],), self.norms[i], 1e-6)
        y = normed(0) * (1 + scale_a[:, None]) + shift_a[:, None]
        q, k = rotated(self.split(y @ self.q.t(), self.heads, 0), *rotary), rotated(self.split(y @ self.k.t(), self.kv, 1), *rotary)
        x = x + gate_a[:, None] * self.attend(q, k, self.split(y @ self.v.t(), self.kv), self.o, self.band)
        x = x + self.attend(self.split(normed(1) @ self.cross_q.t(), self.heads, 2), *self.keys_made, self.cross_o, None)
        y = normed(2) * (1 + scale_m[:, None]) + shift_m[:, None]
        return x + gate_m[:, None] * ((silu(y @ self.gate.t()) * (y @ self.up.t())) @ self.down.t())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", required=True)
    for name, default in (("latents", 1500), ("condition", 256), ("steps", 8), ("threads", 0)):
        parser.add_argument(f"--{name}", type=int, default=default)
    arguments = parser.parse_args()
    if arguments.threads > 0:
        torch.set_num_threads(arguments.threads)
    torch.manual_seed(1)
    with open(arguments.config) as file:
        c = json.load(file)
    patch, d, hd = c["patch_size"], c["hidden_size"], c["head_dim"]
    frames = (arguments.latents + patch - 1) // patch
    position = torch.arange(frames)
    band = (position[:, None] - position[None]).abs() <= c["sliding_window"]
    angle = position[:, None] * c["rope_theta"] ** (-torch.arange(0, hd, 2) / hd)
    rotary = tuple(torch.cat((f(angle), f(angle)), dim=-1) for f in (torch.cos, torch.sin))
    layers = [Layer(c, band if i % 2 == 0 else None) for i in range(c["num_hidden_layers"])]
    into, out = weight(d, c["in_channels"] * patch), weight(c["audio_acoustic_hidden_dim"] * patch, d)
    patches, projection = torch.randn(2, frames, c["in_channels"] * patch), weight(2, 6, d)
    with torch.inference_mode():
        for layer in layers:
            layer.keys(torch.randn(2, arguments.condition, d))
        seconds = []
        for i in range(arguments.steps + 1):
            begin = time.perf_counter()
            x = patches @ into.t()
            for layer in layers:
                x = layer(x, projection, rotary)
            x @ out.t()
            if i > 0:
                seconds.append(time.perf_counter() - begin)
    seconds.sort()
    print(json.dumps({"engine": f"PyTorch {torch.__version__}", "seconds_per_step": seconds[0], "median_seconds_per_step": seconds[len(seconds) // 2]}))


if __name__ == "__main__":
    main()
