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

TEST("oobleck decode: a song's frames by rows give the same bits, with progress to the end") {
  Stream stream = cpu_stream();
  const OobleckDecoder decoder = random_decoder(stream);
  const Storage rows = random_tensor({61, 4}, 5);
  Storage columns(DType::f32, {1, 4, 61});
  for (int64_t t = 0; t < 61; ++t)
    for (int64_t c = 0; c < 4; ++c) columns.tensor().data<float>()[c * 61 + t] = rows.view().data<float>()[t * 4 + c];
  const Storage whole = oobleck_decode(decoder, columns.view(), stream, 61);
  std::vector<double> told;
  const Storage song = oobleck_decode_song(decoder, {.latents = rows.view(), .tile_frames = 9, .on_progress = [&](double share) { told.push_back(share); }}, stream);
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
    const Storage audio = oobleck_decode(decoder, latents.view(), plan);
    return meter.peak() - latents.view().bytes() - audio.view().bytes();
  };
  EXPECT(activations(100) > 0);
  EXPECT(activations(1000) == activations(100));
}

}  // namespace
}  // namespace sidestep
