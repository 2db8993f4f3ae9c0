#!/usr/bin/env python3
"""One training step of the 2B model's layer stack in PyTorch, to stand beside `sidestep_bench train_step`.

The same shapes and the same work: 24 layers of hidden size 2048, 16 heads over 8 key-value heads of 128, MLP 6144, every other
layer's self-attention a band of 128 frames on each side, cross-attention to the condition; LoRA on q, k, v, o of both attentions,
frozen base in bf16, adapters in f32, fused AdamW; with --checkpointing on each layer is recomputed in backward, as there. Only PyTorch is needed.

    dit_step.py --latents 1500 --condition 256 --batch 1 --rank 64 [--steps 5] [--compile] [--checkpointing off|on] [--device cuda|cpu]
      [--layers 24]

Prints one JSON document: seconds_per_step (fastest), median_seconds_per_step, peak_bytes, flops_per_step (as executed).
"""
import argparse
import json
import time

import torch
from torch import nn
from torch.nn.functional import rms_norm, scaled_dot_product_attention, silu
from torch.utils.checkpoint import checkpoint

HIDDEN, HEADS, KV_HEADS, HEAD_DIM, MLP, WINDOW, LATENT_WIDTH, PATCH = 2048, 16, 8, 128, 6144, 128, 64, 2


class LoraLinear(nn.Module):
    """y = W x + 2 B A x: W frozen in bf16, A [r, in] and B [out, r] trained in f32 (alpha is twice the rank)."""

    def __init__(self, inputs, outputs, rank, dtype):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs, dtype=dtype) * 0.02, requires_grad=False)
        self.a = nn.Parameter(torch.randn(rank, inputs) * inputs**-0.5)
        self.b = nn.Parameter(torch.zeros(outputs, rank))

    def forward(self, x):
        low = x @ self.a.to(x.dtype).t()
        return x @ self.weight.t() + (low @ self.b.to(x.dtype).t()) * 2


class Attention(nn.Module):
    def __init__(self, rank, dtype):
        super().__init__()
        width, kv_width = HEADS * HEAD_DIM, KV_HEADS * HEAD_DIM
        self.q, self.k = LoraLinear(HIDDEN, width, rank, dtype), LoraLinear(HIDDEN, kv_width, rank, dtype)
        self.v, self.o = LoraLinear(HIDDEN, kv_width, rank, dtype), LoraLinear(width, HIDDEN, rank, dtype)
        self.q_norm = nn.Parameter(torch.ones(HEAD_DIM, dtype=dtype), requires_grad=False)
        self.k_norm = nn.Parameter(torch.ones(HEAD_DIM, dtype=dtype), requires_grad=False)

    def forward(self, x, source, rotary, mask):
        batch, frames, _ = x.shape
        q = rms_norm(self.q(x).view(batch, frames, HEADS, HEAD_DIM), (HEAD_DIM,), self.q_norm, 1e-6).transpose(1, 2)
        k = rms_norm(self.k(source).view(batch, -1, KV_HEADS, HEAD_DIM), (HEAD_DIM,), self.k_norm, 1e-6).transpose(1, 2)
        v = self.v(source).view(batch, -1, KV_HEADS, HEAD_DIM).transpose(1, 2)
        if rotary is not None:
            q, k = rotated(q, rotary), rotated(k, rotary)
        y = scaled_dot_product_attention(q, k, v, attn_mask=mask, enable_gqa=True)
        return self.o(y.transpose(1, 2).reshape(batch, frames, HEADS * HEAD_DIM))


def rotated(x, rotary):
    cos, sin = rotary
    left, right = x.chunk(2, dim=-1)
    return x * cos + torch.cat((-right, left), dim=-1) * sin


class Layer(nn.Module):
    def __init__(self, rank, dtype):
        super().__init__()
        self.self_attention, self.cross_attention = Attention(rank, dtype), Attention(rank, dtype)
        frozen = lambda *shape: nn.Parameter(torch.randn(*shape, dtype=dtype) * 0.02, requires_grad=False)
        self.norms = frozen(3, HIDDEN)
        self.gate, self.up, self.down = frozen(MLP, HIDDEN), frozen(MLP, HIDDEN), frozen(HIDDEN, MLP)
        self.table = frozen(6, HIDDEN)

    def forward(self, x, condition, projection, rotary, mask):
        shift_a, scale_a, gate_a, shift_m, scale_m, gate_m = (self.table + projection).unbind(1)
        normed = lambda i: rms_norm(x, (HIDDEN,), self.norms[i], 1e-6)
        modulated = normed(0) * (1 + scale_a[:, None]) + shift_a[:, None]
        x = x + gate_a[:, None] * self.self_attention(modulated, modulated, rotary, mask)
        x = x + self.cross_attention(normed(1), condition, None, None)
        modulated = normed(2) * (1 + scale_m[:, None]) + shift_m[:, None]
        return x + gate_m[:, None] * ((silu(modulated @ self.gate.t()) * (modulated @ self.up.t())) @ self.down.t())


class Stack(nn.Module):
    def __init__(self, layers, rank, dtype, recomputes):
        super().__init__()
        self.recomputes = recomputes
        self.layers = nn.ModuleList(Layer(rank, dtype) for _ in range(layers))
        frozen = lambda *shape: nn.Parameter(torch.randn(*shape, dtype=dtype) * 0.02, requires_grad=False)
        self.into, self.out = frozen(HIDDEN, 3 * LATENT_WIDTH * PATCH), frozen(LATENT_WIDTH * PATCH, HIDDEN)

    def forward(self, patches, condition, projection, rotary, mask):
        x = patches @ self.into.t()
        x.requires_grad_(True)
        for i, layer in enumerate(self.layers):
            band = mask if i % 2 == 0 else None
            given = (x, condition, projection, rotary, band)
            x = checkpoint(layer, *given, use_reentrant=False) if self.recomputes else layer(*given)
        return x @ self.out.t()


def flops_of(arguments, frames, tokens):
    """Forward, recomputed forward if asked for, and the backward pass's products with the frozen weights; adapters and attention included."""
    width, kv_width, r = HEADS * HEAD_DIM, KV_HEADS * HEAD_DIM, arguments.rank
    linear = lambda rows, i, o: 2 * rows * i * o
    lora = lambda rows, i, o: linear(rows, i, r) + linear(rows, r, o)
    pairs = [(frames, HIDDEN, width), (frames, HIDDEN, kv_width), (frames, HIDDEN, kv_width), (frames, width, HIDDEN),
             (frames, HIDDEN, width), (tokens, HIDDEN, kv_width), (tokens, HIDDEN, kv_width), (frames, width, HIDDEN)]
    base = sum(linear(*p) for p in pairs) + 3 * linear(frames, HIDDEN, MLP)
    adapters = sum(lora(*p) for p in pairs)
    band = min(2 * WINDOW + 1, frames)
    attention = 4 * width * frames * ((frames + band) / 2 + tokens)
    forwards = 2 if arguments.checkpointing == "on" else 1
    return arguments.batch * arguments.layers * ((forwards + 1) * base + (forwards + 2) * adapters + (forwards + 2.5) * attention)


def main():
    parser = argparse.ArgumentParser()
    for name, default in (("latents", 1500), ("condition", 256), ("batch", 1), ("rank", 64), ("steps", 5), ("layers", 24)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--checkpointing", choices=("on", "off"), default="off")
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--device", default="cuda")
    arguments = parser.parse_args()
    torch.manual_seed(1)
    device, dtype = torch.device(arguments.device), torch.bfloat16
    frames = (arguments.latents + PATCH - 1) // PATCH
    with torch.device(device):
        model = Stack(arguments.layers, arguments.rank, dtype, arguments.checkpointing == "on")
        patches = torch.randn(arguments.batch, frames, 3 * LATENT_WIDTH * PATCH, dtype=dtype)
        condition = torch.randn(arguments.batch, arguments.condition, HIDDEN, dtype=dtype)
        projection = torch.randn(arguments.batch, 6, HIDDEN, dtype=dtype) * 0.02
        velocity = torch.randn(arguments.batch, frames, LATENT_WIDTH * PATCH)
        position = torch.arange(frames)
        mask = (position[:, None] - position[None]).abs() <= WINDOW
        angle = position[:, None] * 1e6 ** (-torch.arange(0, HEAD_DIM, 2) / HEAD_DIM)
        rotary = tuple(torch.cat((f(angle), f(angle)), dim=-1).to(dtype) for f in (torch.cos, torch.sin))
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=1e-4, fused=True)
    forward = torch.compile(model) if arguments.compile else model
    wait = torch.cuda.synchronize if device.type == "cuda" else lambda: None

    def step():
        loss = (forward(patches, condition, projection, rotary, mask).float() - velocity).square().mean()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=False)
        return loss

    seconds = []
    for i in range(arguments.steps + 2):  # two to warm up, compile and fill the allocator
        wait()
        begin = time.perf_counter()
        step().item()
        wait()
        if i >= 2:
            seconds.append(time.perf_counter() - begin)
    seconds.sort()
    flops = flops_of(arguments, frames, arguments.condition)
    print(json.dumps({
        "engine": f"PyTorch {torch.__version__}, {'compiled' if arguments.compile else 'eager'}",
        "checkpointing": arguments.checkpointing,
        "seconds_per_step": seconds[0],
        "median_seconds_per_step": seconds[len(seconds) // 2],
        "flops_per_step": flops,
        "flops_per_second": flops / seconds[0],
        "peak_bytes": torch.cuda.max_memory_allocated() if device.type == "cuda" else None,
        "trained_parameters": sum(p.numel() for p in trained),
    }))


if __name__ == "__main__":
    main()
