#include "models/oobleck_decode.h"

#include <algorithm>

#include "core/error.h"
#include "ops/conv.h"
#include "ops/elementwise.h"

namespace sidestep {

namespace {

Storage convolved(const ConvLayer& layer, const ConstTensor& x, Stream& stream) {
  const int64_t length = (x.dim(2) + 2 * layer.padding - layer.dilation * (layer.taps() - 1) - 1) / layer.stride + 1;
  Storage y(DType::f32, {x.dim(0), layer.weight.view().dim(0), length}, stream.device());
  conv1d({x, layer.weight.view(), layer.bias.view(), y.tensor(), layer.stride, layer.padding, layer.dilation}, stream);
  return y;
}

Storage upsampled(const ConvLayer& layer, const ConstTensor& x, Stream& stream) {
  const int64_t length = (x.dim(2) - 1) * layer.stride - 2 * layer.padding + layer.taps();
  Storage y(DType::f32, {x.dim(0), layer.weight.view().dim(1), length}, stream.device());
  conv_transpose1d({x, layer.weight.view(), layer.bias.view(), y.tensor(), layer.stride, layer.padding}, stream);
  return y;
}

void snake_in_place(const SnakeLayer& layer, const Tensor& x, Stream& stream) {
  snake({x, layer.alpha.view(), layer.beta.view(), x}, stream);
}

Storage residual(const ResidualUnit& unit, const Storage& x, Stream& stream) {
  Storage inner(DType::f32, x.tensor().shape(), stream.device());
  snake({x.view(), unit.snake1.alpha.view(), unit.snake1.beta.view(), inner.tensor()}, stream);
  inner = convolved(unit.conv1, inner.view(), stream);
  snake_in_place(unit.snake2, inner.tensor(), stream);
  inner = convolved(unit.conv2, inner.view(), stream);
  add({x.view(), inner.view(), inner.tensor()}, stream);
  return inner;
}

/// Latents [B, C, frames] in one piece.
Storage decode_window(const OobleckDecoder& decoder, const ConstTensor& latents, Stream& stream) {
  Storage x = convolved(decoder.conv1, latents, stream);
  for (const DecoderBlock& block : decoder.blocks) {
    stream.throw_if_cancelled();
    snake_in_place(block.snake, x.tensor(), stream);
    x = upsampled(block.up, x.view(), stream);
    for (const ResidualUnit& unit : block.units) x = residual(unit, x, stream);
  }
  snake_in_place(decoder.snake, x.tensor(), stream);
  return convolved(decoder.conv2, x.view(), stream);
}

/// Audio samples of so many latent frames. Odd strides lose one at each end of their padding.
int64_t decoded_length(const OobleckDecoder& decoder, int64_t frames) {
  int64_t length = frames;
  for (const DecoderBlock& block : decoder.blocks) {
    length = (length - 1) * block.up.stride - 2 * block.up.padding + block.up.taps();
  }
  return length;
}

/// How many latent frames to either side an audio sample can depend on: its inputs, followed back through every layer.
int64_t reach_in_frames(const OobleckDecoder& decoder) {
  int64_t reach = decoder.conv2.padding;
  for (auto block = decoder.blocks.rbegin(); block != decoder.blocks.rend(); ++block) {
    for (const ResidualUnit& unit : block->units) reach += unit.conv1.padding + unit.conv2.padding;
    // Sample o of the transposed convolution is made of inputs i with 0 <= o + padding - i * stride < taps.
    reach = (reach + block->up.taps()) / block->up.stride + 1;
  }
  return reach + decoder.conv1.padding;
}

/// Latent frames of a tile besides its neighbourhood: activations of the full-size model take about 5 MB a frame.
int64_t frames_a_tile(DeviceKind device) { return device == DeviceKind::cuda ? 128 : 32; }

}  // namespace

Storage oobleck_decode(const OobleckDecoder& decoder, const ConstTensor& latents, Stream& stream, int64_t tile_frames) {
  if (latents.rank() != 3 || latents.dim(1) != decoder.config.decoder_input_channels || latents.dim(2) < 1) {
    throw Error("native/shape-mismatch", "VAE decoder: expected latents [batch, " +
                                             std::to_string(decoder.config.decoder_input_channels) + ", frames], found " +
                                             latents.shape().to_string());
  }
  const int64_t frames = latents.dim(2), reach = reach_in_frames(decoder), hop = decoder.config.hop();
  const int64_t step = tile_frames > 0 ? tile_frames : frames_a_tile(stream.device().kind);
  const int64_t total = decoded_length(decoder, frames);
  const Storage audio(DType::f32, {latents.dim(0), decoder.config.audio_channels, total}, stream.device());
  for (int64_t begin = 0; begin < frames; begin += step) {
    const int64_t end = std::min(frames, begin + step);
    const int64_t first = std::max<int64_t>(0, begin - reach), last = std::min(frames, end + reach);
    const Storage window = decode_window(decoder, latents.slice(2, first, last), stream);
    const int64_t from = begin * hop, to = end == frames ? total : std::min(total, end * hop);
    if (from >= to) continue;
    copy({window.view().slice(2, from - first * hop, to - first * hop), audio.tensor().slice(2, from, to)}, stream);
  }
  return audio;
}

}  // namespace sidestep
