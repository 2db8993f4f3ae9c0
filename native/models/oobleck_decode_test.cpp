#include "models/oobleck_decode.h"

#include "core/memory.h"
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

TEST("oobleck decode: tiles of any size give the bits of the whole") {
  Stream stream = cpu_stream();
  const OobleckDecoder decoder = random_decoder(stream);
  for (const int64_t frames : {1, 7, 61}) {
    const Storage latents = random_tensor({2, 4, frames}, 5);
    const Storage whole = oobleck_decode(decoder, latents.view(), stream, frames);
    for (const int64_t tile : {1, 2, 5, 19, 60}) {
      const Storage tiled = oobleck_decode(decoder, latents.view(), stream, tile);
      EXPECT(tiled.view().shape() == whole.view().shape());
      EXPECT(same_bytes(tiled.view(), whole.view()));
    }
  }
}

TEST("oobleck decode: a longer song takes the memory of its own audio more, not that of its activations") {
  Stream plan({.kind = DeviceKind::plan});
  const OobleckDecoder decoder = random_decoder(plan);
  const auto activations = [&](int64_t frames) {
    const PlanMeter meter;
    const Storage latents(DType::f32, {1, 4, frames}, plan.device());
    const Storage audio = oobleck_decode(decoder, latents.view(), plan);
    return meter.peak() - latents.view().bytes() - audio.view().bytes();
  };
  EXPECT(activations(100) > 0);
  EXPECT(activations(1000) == activations(100));
}

}  // namespace
}  // namespace sidestep
