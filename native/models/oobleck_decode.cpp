#include "models/oobleck_decode.h"

#include <algorithm>

#include "core/error.h"
#include "ops/conv.h"
#include "ops/elementwise.h"
#include "ops/transfer.h"

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

/// One tile: frames begin … end, decoded with their neighbourhood, are audio samples from … to.
struct DecodedTile {
  int64_t first, last;  ///< latent frames of the window
  int64_t from, to;     ///< audio samples of the whole
  int64_t window_from;  ///< of the window
};

/// Calls `decode` for every tile of a song of so many frames, in order.
void for_each_tile(const OobleckDecoder& decoder, int64_t frames, int64_t step, const std::function<void(const DecodedTile&)>& decode) {
  const int64_t reach = reach_in_frames(decoder), hop = decoder.config.hop(), total = decoded_length(decoder, frames);
  for (int64_t begin = 0; begin < frames; begin += step) {
    const int64_t end = std::min(frames, begin + step), first = std::max<int64_t>(0, begin - reach);
    const int64_t from = begin * hop, to = end == frames ? total : std::min(total, end * hop);
    if (from < to) decode({first, std::min(frames, end + reach), from, to, from - first * hop});
  }
}

Error wrong_latents(const OobleckDecoder& decoder, const std::string& expected, const ConstTensor& latents) {
  return {"native/shape-mismatch", "VAE decoder: expected latents " + expected + " of " + std::to_string(decoder.config.decoder_input_channels) +
                                       " channels, found " + (latents ? latents.shape().to_string() : std::string("nothing"))};
}

int64_t step_of(int64_t tile_frames, const Stream& stream) {
  return tile_frames > 0 ? tile_frames : sidestep::tile_frames(stream.device().kind);
}

}  // namespace

int64_t tile_frames(DeviceKind device) { return device == DeviceKind::cuda ? 128 : 32; }

Storage oobleck_decode(const OobleckDecoder& decoder, const ConstTensor& latents, Stream& stream, int64_t tile_frames) {
  if (latents.rank() != 3 || latents.dim(1) != decoder.config.decoder_input_channels || latents.dim(2) < 1)
    throw wrong_latents(decoder, "[batch, channels, frames]", latents);
  const int64_t frames = latents.dim(2);
  const Storage audio(DType::f32, {latents.dim(0), decoder.config.audio_channels, decoded_length(decoder, frames)}, stream.device());
  for_each_tile(decoder, frames, step_of(tile_frames, stream), [&](const DecodedTile& tile) {
    const Storage window = decode_window(decoder, latents.slice(2, tile.first, tile.last), stream);
    const int64_t length = tile.to - tile.from;
    copy({window.view().slice(2, tile.window_from, tile.window_from + length), audio.tensor().slice(2, tile.from, tile.to)}, stream);
  });
  return audio;
}

Storage oobleck_decode_song(const OobleckDecoder& decoder, const OobleckDecode& job, Stream& stream) {
  const int64_t channels = decoder.config.decoder_input_channels, outputs = decoder.config.audio_channels;
  if (job.latents.rank() != 2 || job.latents.dim(1) != channels || job.latents.dim(0) < 1)
    throw wrong_latents(decoder, "[frames, channels]", job.latents);
  const int64_t frames = job.latents.dim(0), total = decoded_length(decoder, frames);
  const Storage audio(DType::f32, {outputs, total});
  for_each_tile(decoder, frames, step_of(job.tile_frames, stream), [&](const DecodedTile& tile) {
    const int64_t count = tile.last - tile.first, length = tile.to - tile.from;
    Storage rows(DType::f32, {1, count, channels}, stream.device()), columns(DType::f32, {1, channels, count}, stream.device());
    transfer({job.latents.slice(0, tile.first, tile.last).reshape({1, count, channels}), rows.tensor()}, stream);
    copy({ConstTensor(rows.view().raw(), DType::f32, {1, channels, count}, {count * channels, 1, channels}, stream.device()), columns.tensor()}, stream);
    const Storage window = decode_window(decoder, columns.view(), stream);
    const Storage part(DType::f32, {outputs, length}, stream.device());
    copy({window.view().select(0, 0).slice(1, tile.window_from, tile.window_from + length), part.tensor()}, stream);
    const Storage host = to_host(part.view(), stream);
    for (int64_t c = 0; c < outputs; ++c)
      std::copy_n(host.view().data<float>() + c * length, length, audio.tensor().data<float>() + c * total + tile.from);
    if (job.on_progress) job.on_progress(static_cast<double>(tile.to) / static_cast<double>(total));
  });
  return audio;
}

}  // namespace sidestep
