#include "models/oobleck_decode.h"

#include "core/memory.h"
#include "ops/conv.h"
#include "ops/elementwise.h"
#include "ops/op_testing.h"

namespace sidestep {
namespace {

using namespace testing;

/// Small, with odd and even strides.
OobleckConfig small_config() {
  OobleckConfig config;
  config.decoder_channels = 6;
  config.decoder_input_channels = 4;
  config.channel_multiples = {1, 2, 2};
  config.downsampling_ratios = {2, 3, 5};
  return config;
}

OobleckDecoder random_decoder(Stream& stream) {
  return load_oobleck_decoder(small_config(), Weights::random(3, DType::f32, stream), stream);
}

Storage decoded(const OobleckDecoder& decoder, const Storage& latents, const DecodePieces& pieces, Stream& stream) {
  return oobleck_decode(decoder, latents.view(), pieces, stream);
}

constexpr size_t kWhole = size_t{1} << 30;

TEST("oobleck decode: pieces of any size, between any layers, give the bits of the whole") {
  Stream stream = cpu_stream();
  const OobleckDecoder decoder = random_decoder(stream);
  for (const int64_t frames : {1, 7, 61}) {
    const Storage latents = random_tensor({2, 4, frames}, 5);
    const Storage whole = decoded(decoder, latents, {frames, kWhole}, stream);
    for (const int64_t piece : {1, 2, 5, 19, 60})
      EXPECT(same_bytes(decoded(decoder, latents, {piece, kWhole}, stream).view(), whole.view()));
  }
  // A block's weights take some 6 KB: of 200 frames only the first block's outputs are fewer.
  const Storage longer = random_tensor({1, 4, 200}, 6);
  EXPECT(same_bytes(decoded(decoder, longer, {200, 1}, stream).view(), decoded(decoder, longer, {200, kWhole}, stream).view()));
}

/// The kernel [I, O, 2 * stride] that an upsampling layer was made of.
Storage kernel_of(const UpsampleLayer& layer) {
  const int64_t outputs = layer.outputs(), inputs = layer.phases.weight.view().dim(1), stride = layer.stride;
  const Storage kernel(DType::f32, {inputs, outputs, 2 * stride});
  const float* phases = layer.phases.weight.view().data<float>();
  for (int64_t i = 0; i < inputs; ++i)
    for (int64_t o = 0; o < outputs; ++o)
      for (int64_t tap = 0; tap < 2 * stride; ++tap)
        kernel.tensor().data<float>()[(i * outputs + o) * 2 * stride + tap] =
            phases[((o * stride + tap % stride) * inputs + i) * 2 + (tap < stride ? 1 : 0)];
  return kernel;
}

Storage every(const ConstTensor& x, int64_t step) {
  const Storage y(DType::f32, {x.dim(0) / step});
  for (int64_t i = 0; i < y.view().dim(0); ++i) y.tensor().data<float>()[i] = x.data<float>()[i * step];
  return y;
}

/// conv_transpose1d, Snake and the other ops on whole signals, as the model is described.
Storage by_ops(const OobleckDecoder& decoder, const Storage& latents, Stream& stream) {
  const auto convolved = [&](const ConvLayer& layer, const Storage& x) {
    const int64_t length = x.view().dim(2) + 2 * layer.padding - layer.dilation * (layer.taps() - 1);
    Storage y(DType::f32, {x.view().dim(0), layer.weight.view().dim(0), length});
    conv1d({x.view(), layer.weight.view(), layer.bias.view(), y.tensor(), 1, layer.padding, layer.dilation}, stream);
    return y;
  };
  const auto snaked = [&](const SnakeLayer& layer, const Storage& x) {
    Storage y(DType::f32, x.view().shape());
    snake({x.view(), layer.alpha.view(), layer.beta.view(), y.tensor()}, stream);
    return y;
  };
  Storage x = convolved(decoder.conv1, latents);
  for (const DecoderBlock& block : decoder.blocks) {
    const int64_t out = block.up.outputs(), stride = block.up.stride, padding = (stride + 1) / 2;
    Storage y(DType::f32, {x.view().dim(0), out, (x.view().dim(2) - 1) * stride - 2 * padding + 2 * stride});
    conv_transpose1d({snaked(block.snake, x).view(), kernel_of(block.up).view(),
                      every(block.up.phases.bias.view(), stride).view(), y.tensor(), stride, padding},
                     stream);
    x = y;
    for (const ResidualUnit& unit : block.units) {
      const Storage inner = convolved(unit.conv2, snaked(unit.snake2, convolved(unit.conv1, snaked(unit.snake1, x))));
      const Storage sum(DType::f32, x.view().shape());
      add({x.view(), inner.view(), sum.tensor()}, stream);
      x = sum;
    }
  }
  return convolved(decoder.conv2, snaked(decoder.snake, x));
}

TEST("oobleck decode: streaming gives the bits of the model's ops on the whole signal, transposed convolutions included") {
  Stream stream = cpu_stream();
  const OobleckDecoder decoder = random_decoder(stream);
  const Storage latents = random_tensor({2, 4, 33}, 5);
  const Storage expected = by_ops(decoder, latents, stream);
  const Storage streamed = decoded(decoder, latents, {7, 1}, stream);
  EXPECT(streamed.view().shape() == expected.view().shape());
  EXPECT(same_bytes(streamed.view(), expected.view()));
}

TEST("oobleck decode: a song's frames by rows give the same bits, with progress to the end") {
  Stream stream = cpu_stream();
  const OobleckDecoder decoder = random_decoder(stream);
  const Storage rows = random_tensor({61, 4}, 5);
  Storage columns(DType::f32, {1, 4, 61});
  for (int64_t t = 0; t < 61; ++t)
    for (int64_t c = 0; c < 4; ++c) columns.tensor().data<float>()[c * 61 + t] = rows.view().data<float>()[t * 4 + c];
  const Storage whole = decoded(decoder, columns, {61, kWhole}, stream);
  std::vector<double> told;
  const Storage song = oobleck_decode_song(
      decoder, {.latents = rows.view(), .piece_frames = 9, .on_progress = [&](double share) { told.push_back(share); }}, stream);
  EXPECT(song.view().dim(0) == 2 && song.view().dim(1) == whole.view().dim(2));
  EXPECT(same_bytes(song.view(), whole.view().select(0, 0)));
  EXPECT(told.size() == 7 && told.back() == 1);
  EXPECT_ERROR(oobleck_decode_song(decoder, {.latents = columns.view().select(0, 0)}, stream), "native/shape-mismatch");
}

TEST("oobleck decode: a longer song takes the memory of its own audio more, not that of its activations") {
  Stream plan({.kind = DeviceKind::plan});
  const OobleckDecoder decoder = random_decoder(plan);
  const auto activations = [&](int64_t frames) {
    const PlanMeter meter;
    const Storage latents(DType::f32, {1, 4, frames}, plan.device());
    const Storage audio = oobleck_decode(decoder, latents.view(), decode_pieces(DeviceKind::cpu), plan);
    return meter.peak() - latents.view().bytes() - audio.view().bytes();
  };
  EXPECT(activations(260) > 0);
  EXPECT(activations(2000) == activations(260));
}

}  // namespace
}  // namespace sidestep
