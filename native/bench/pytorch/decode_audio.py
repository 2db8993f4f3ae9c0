#!/usr/bin/env python3
"""The VAE's decoder in PyTorch, to stand beside `sidestep_bench decode_audio`.

The modules of diffusers' AutoencoderOobleck, written out, so that only PyTorch is needed: weight-normalised convolutions and Snake in
float32, the whole song in one piece, random weights of a config.json's shapes.

    decode_audio.py --config vae.config.json --latents 250 [--steps 3] [--threads 2]

Prints one JSON document: seconds_per_step (fastest), median_seconds_per_step, realtime_factor of the fastest.
"""
import argparse
import json
import math
import time
import warnings

import torch
from torch import nn

warnings.filterwarnings("ignore")  # of a newer form of weight_norm, which diffusers does not use
weight_norm = nn.utils.weight_norm


class Snake(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.alpha, self.beta = nn.Parameter(torch.zeros(1, channels, 1)), nn.Parameter(torch.zeros(1, channels, 1))

    def forward(self, x):
        shape = x.shape
        alpha, beta = torch.exp(self.alpha), torch.exp(self.beta)
        x = x.reshape(shape[0], shape[1], -1)
        x = x + (beta + 1e-9).reciprocal() * torch.sin(alpha * x).pow(2)
        return x.reshape(shape)


class Unit(nn.Module):
    def __init__(self, channels, dilation):
        super().__init__()
        self.snake1, self.snake2 = Snake(channels), Snake(channels)
        self.conv1 = weight_norm(nn.Conv1d(channels, channels, 7, dilation=dilation, padding=3 * dilation))
        self.conv2 = weight_norm(nn.Conv1d(channels, channels, 1))

    def forward(self, x):
        return x + self.conv2(self.snake2(self.conv1(self.snake1(x))))


def block(channels_in, channels_out, stride):
    up = weight_norm(nn.ConvTranspose1d(channels_in, channels_out, 2 * stride, stride=stride, padding=math.ceil(stride / 2)))
    return nn.Sequential(Snake(channels_in), up, *[Unit(channels_out, dilation) for dilation in (1, 3, 9)])


def decoder(c):
    width, multiples = c["decoder_channels"], [1, *c["channel_multiples"]]
    strides = c["downsampling_ratios"][::-1]
    widths = [width * multiple for multiple in multiples][::-1]
    blocks = [block(widths[i], widths[i + 1], stride) for i, stride in enumerate(strides)]
    first = weight_norm(nn.Conv1d(c["decoder_input_channels"], widths[0], 7, padding=3))
    last = weight_norm(nn.Conv1d(width, c["audio_channels"], 7, padding=3, bias=False))
    return nn.Sequential(first, *blocks, Snake(width), last)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", required=True)
    for name, default in (("latents", 250), ("steps", 3), ("threads", 0)):
        parser.add_argument(f"--{name}", type=int, default=default)
    arguments = parser.parse_args()
    if arguments.threads > 0:
        torch.set_num_threads(arguments.threads)
    torch.manual_seed(1)
    with open(arguments.config) as file:
        c = json.load(file)
    model = decoder(c).eval()
    latents = torch.randn(1, c["decoder_input_channels"], arguments.latents)
    seconds = []
    with torch.inference_mode():
        for i in range(arguments.steps + 1):
            begin = time.perf_counter()
            audio = model(latents)
            if i > 0:
                seconds.append(time.perf_counter() - begin)
    seconds.sort()
    print(json.dumps({"engine": f"PyTorch {torch.__version__}", "seconds_per_step": seconds[0], "median_seconds_per_step": seconds[len(seconds) // 2],
                      "realtime_factor": audio.shape[-1] / c["sampling_rate"] / seconds[0]}))


if __name__ == "__main__":
    main()
