#include "models/song_encoder.h"

#include <filesystem>

#include "models/oobleck_stream.h"
#include "ops/op_testing.h"

namespace sidestep::testing {
namespace {

OobleckConfig tiny_config() {
  OobleckConfig config;
  config.sampling_rate = 48000;
  config.encoder_hidden_size = 8;
  config.channel_multiples = {1, 2, 2};
  config.downsampling_ratios = {2, 3, 5};
  return config;
}

TEST("oobleck: pieces of any size give the bits of the whole, for 1, 2 and 3 threads") {
  Stream one = cpu_stream(1);
  const OobleckEncoder encoder = random_oobleck_encoder(tiny_config(), 3, one);
  const int64_t samples = 7001;
  const Storage audio = random_tensor({2, samples}, 4);
  const Storage whole = oobleck_moments(encoder, {.audio = audio.view()}, one);
  EXPECT(whole.view().dim(2) == 233);
  for (const int64_t piece : {29, 1000, 7000}) {
    Stream stream = cpu_stream(piece == 29 ? 3 : 2);
    OobleckEncoderStream encode(encoder, Device{});
    int64_t frame = 0;
    for (int64_t begin = 0; begin < samples; begin += piece) {
      const int64_t end = std::min(samples, begin + piece);
      const Tensor found = encode.push(audio.view().slice(1, begin, end), end == samples ? Piece::last : Piece::middle, stream);
      for (int64_t i = 0; i < found.dim(2); ++i, ++frame) {
        EXPECT(values_of(found.slice(2, i, i + 1)) == values_of(whole.view().slice(2, frame, frame + 1)));
      }
    }
    EXPECT(frame == 233);
  }
}

TEST("oobleck: a seeded sample repeats itself and another seed differs") {
  Stream stream = cpu_stream(1);
  const OobleckEncoder encoder = random_oobleck_encoder(tiny_config(), 3, stream);
  const Storage audio = random_tensor({2, 900}, 4);
  OobleckEncode job{.audio = audio.view(), .tiling = {}};
  job.posterior = Posterior::sample;
  job.seed = 5;
  const Storage first = oobleck_encode(encoder, job, stream), again = oobleck_encode(encoder, job, stream);
  job.seed = 6;
  const Storage other = oobleck_encode(encoder, job, stream);
  EXPECT(same_bytes(first.view(), again.view()));
  EXPECT(!same_bytes(first.view(), other.view()));
}

TEST("oobleck: audio shorter than a frame is refused, as are channels that do not fit") {
  Stream stream = cpu_stream(1);
  const OobleckEncoder encoder = random_oobleck_encoder(tiny_config(), 3, stream);
  const Storage blip = random_tensor({2, 1}, 4), mono = random_tensor({1, 900}, 4);
  EXPECT_ERROR(oobleck_encode(encoder, {.audio = blip.view(), .tiling = {}}, stream), "native/audio-too-short");
  EXPECT_ERROR(oobleck_encode(encoder, {.audio = mono.view(), .tiling = {}}, stream), "native/shape-mismatch");
}

TEST("oobleck: weights that do not fit the config are refused by name") {
  Stream stream = cpu_stream(1);
  const WeightFiles files = WeightFiles::open(std::filesystem::path(golden_dir()) / "tiny_checkpoint" / "vae", "diffusion_pytorch_model");
  const Weights weights = Weights::from_files(files, "encoder.", DType::f32, stream);
  OobleckConfig config = tiny_config();
  EXPECT_ERROR(load_oobleck_encoder(config, weights, stream), "native/tensor-shape");
  EXPECT_ERROR(load_oobleck_encoder(config, weights.below("nowhere."), stream), "native/tensor-missing");
  EXPECT_ERROR(oobleck_config(Json::parse(R"({"downsampling_ratios": [2, 0]})")), "native/config-invalid");
  EXPECT_ERROR(oobleck_config(Json::parse(R"({"channel_multiples": [1]})")), "native/config-invalid");
}

TEST("song encoder: recorded 44.1 kHz mono song gives upstream's latents") {
  const std::filesystem::path folder = golden_dir();
  const SafetensorsFile expected(folder / "e2e" / "b_mono44k.safetensors");
  Stream stream = cpu_stream();
  const OobleckEncoder encoder = open_oobleck_encoder(folder / "tiny_checkpoint" / "vae", stream);
  const ConstTensor channel = expected.tensor("in/audio_48k_stereo_ch0");
  EncodeSong job{.audio = channel.reshape({1, channel.numel()}), .sample_rate = 48000};
  const Storage latents = encode_song(encoder, job, stream);
  EXPECT_REL_L2(latents.view(), expected.tensor("out/target_latents"), 3.85e-5);
}

TEST("song encoder: broken audio is refused by place") {
  Stream stream = cpu_stream(1);
  Storage audio = random_tensor({2, 64}, 1);
  audio.tensor().data<float>()[70] = std::nanf("");
  EXPECT_ERROR(prepare_song({.audio = audio.view()}, tiny_config(), stream.pool()), "native/audio-invalid");
  EXPECT_ERROR(prepare_song({.audio = audio.view().slice(1, 0, 0)}, tiny_config(), stream.pool()), "native/audio-invalid");
}

TEST("song encoder: mono is duplicated, a third channel dropped, duration cut, peak normalised") {
  Stream stream = cpu_stream(1);
  const Storage audio = random_tensor({3, 48000}, 1);
  EncodeSong job{.audio = audio.view(), .max_duration = 0.5, .normalize = Normalize::peak, .peak_target = 0};
  const Storage song = prepare_song(job, tiny_config(), stream.pool());
  EXPECT(song.view().shape() == (Shape{2, 24000}));
  double peak = 0;
  for (const double x : values_of(song.view())) peak = std::max(peak, std::abs(x));
  EXPECT(std::abs(peak - 1) < 1e-6);
  job.audio = audio.view().slice(0, 0, 1);
  const Storage mono = prepare_song(job, tiny_config(), stream.pool());
  EXPECT(values_of(mono.view().select(0, 0)) == values_of(mono.view().select(0, 1)));
}

}  // namespace
}  // namespace sidestep::testing
