#include "bench/bench.h"
#include "core/philox.h"
#include "models/oobleck_encode.h"
#include "ops/flow.h"

namespace {

using namespace sidestep;

/// The autoencoder of ACE-Step 1.5: 128 to 2048 channels, 1920 audio samples a frame.
OobleckConfig full_size() {
  OobleckConfig config;
  config.sampling_rate = 48000;
  config.downsampling_ratios = {2, 4, 4, 6, 10};
  return config;
}

std::vector<bench::OpCase> encoder_cases(Stream& stream) {
  const OobleckEncoder encoder = random_oobleck_encoder(full_size(), 1, stream);
  const Storage audio(DType::f32, {2, 4 * 48000}, stream.device());
  normal_fill({.y = audio.tensor(), .key = {.seed = 1, .purpose = Purpose::fixture}}, stream);
  return {{.name = "full size, 4 s of stereo", .run = [=](Stream& on) { oobleck_encode(encoder, {.audio = audio.view()}, on); }}};
}

const bench::OpBench kEncoder{"oobleck_encode", encoder_cases};

}  // namespace
