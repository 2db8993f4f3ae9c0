#include "models/song_encoder.h"

#include <filesystem>

#include "models/oobleck_stream.h"
#include "ops/elementwise.h"
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
  OobleckEncode job{.audio = audio.view()};
  job.options.posterior = Posterior::sample;
  job.options.seed = 5;
  const Storage first = oobleck_encode(encoder, job, stream), again = oobleck_encode(encoder, job, stream);
  job.options.seed = 6;
  const Storage other = oobleck_encode(encoder, job, stream);
  EXPECT(same_bytes(first.view(), again.view()));
  EXPECT(!same_bytes(first.view(), other.view()));
}

TEST("oobleck: audio shorter than a frame is refused, as are channels that do not fit") {
  Stream stream = cpu_stream(1);
  const OobleckEncoder encoder = random_oobleck_encoder(tiny_config(), 3, stream);
  const Storage blip = random_tensor({2, 1}, 4), mono = random_tensor({1, 900}, 4);
  EXPECT_ERROR(oobleck_encode(encoder, {.audio = blip.view()}, stream), "native/audio-too-short");
  EXPECT_ERROR(oobleck_encode(encoder, {.audio = mono.view()}, stream), "native/shape-mismatch");
}

TEST("oobleck: weights that do not fit the config are refused by name") {
  Stream stream = cpu_stream(1);
  const WeightFiles files = WeightFiles::open(golden_dir() / "tiny_checkpoint" / "vae", "diffusion_pytorch_model");
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
  const SongPiece song{.audio = channel.reshape({1, channel.numel()}), .sample_rate = 48000};
  const Storage latents = encode_song(encoder, song, {}, stream);
  EXPECT_REL_L2(latents.view(), expected.tensor("out/target_latents"), 3.85e-5);
}

TEST("song encoder: broken audio is refused by place") {
  Stream stream = cpu_stream(1);
  Storage audio = random_tensor({2, 64}, 1);
  audio.tensor().data<float>()[70] = std::nanf("");
  SongSound song(tiny_config(), {});
  EXPECT_ERROR(song.push({.audio = audio.view()}, stream.pool()), "native/audio-invalid");
  EXPECT_ERROR(song.push({.audio = audio.view().slice(1, 0, 0)}, stream.pool()), "native/audio-invalid");
}

TEST("song encoder: mono is duplicated, a third channel dropped, duration cut, peak normalised") {
  Stream stream = cpu_stream(1);
  const Storage audio = random_tensor({3, 48000}, 1), mono = random_tensor({1, 48000}, 1);
  const SongOptions options{.max_duration = 0.5, .normalize = Normalize::peak, .peak_target = 0};
  SongSound sound(tiny_config(), options);
  const Storage song = sound.push({.audio = audio.view()}, stream.pool());
  EXPECT(song.view().shape() == (Shape{2, 24000}));
  EXPECT(sound.push({.audio = audio.view()}, stream.pool()).view().dim(1) == 0);
  double peak = 0;
  for (const double x : values_of(song.view())) peak = std::max(peak, std::abs(x));
  SongLevel level(tiny_config(), options);
  level.push({.audio = audio.view()}, stream.pool());
  EXPECT(std::abs(peak * static_cast<double>(level.gain(stream.pool())) - 1) < 1e-6);
  SongSound one(tiny_config(), options);
  const Storage doubled = one.push({.audio = mono.view()}, stream.pool());
  EXPECT(values_of(doubled.view().select(0, 0)) == values_of(doubled.view().select(0, 1)));
}

/// The moments of a whole song held in memory, cut into upstream's tiles: what LatentStream must equal, frame by frame.
std::vector<double> tiles_at_once(const OobleckEncoder& encoder, const ConstTensor& audio, const Tiling& tiling, Stream& stream) {
  const int64_t samples = audio.dim(1), stride = tiling.chunk_size - 2 * tiling.overlap, hop = encoder.config.hop();
  std::vector<double> frames;
  for (int64_t begin = 0; begin < samples; begin += stride) {
    const int64_t end = std::min(samples, begin + stride), from = std::max<int64_t>(0, begin - tiling.overlap);
    const int64_t to = std::min(samples, end + tiling.overlap);
    const Storage moments = oobleck_moments(encoder, {.audio = audio.slice(1, from, to)}, stream);
    for (int64_t t = (begin - from) / hop; t < moments.view().dim(2) - (to - end) / hop; ++t) {
      for (const double value : values_of(moments.view().slice(2, t, t + 1).slice(1, 0, 4))) frames.push_back(value);
    }
  }
  return frames;
}

TEST("song encoder: pieces of any size, at other rates and levels, give the bits of the whole song") {
  Stream stream = cpu_stream(2);
  const OobleckEncoder encoder = random_oobleck_encoder(tiny_config(), 3, stream);
  const Storage audio = random_tensor({2, 9001}, 4);
  for (const int64_t rate : {48000, 44100}) {
    for (const Normalize normalize : {Normalize::none, Normalize::peak, Normalize::loudness}) {
      for (const std::optional<Tiling> tiling : {std::optional<Tiling>{}, std::optional<Tiling>{{3000, 300}}}) {
        SongOptions options{.normalize = normalize};
        options.latents = {.tiling = tiling, .posterior = Posterior::sample, .seed = 5};
        const Storage whole = encode_song(encoder, {audio.view(), rate}, options, stream);
        for (const int64_t size : {97, 700, 5000}) {
          SongLevel level(encoder.config, options);
          const auto piece = [&](int64_t at) {
            Storage cut(DType::f32, {2, std::min<int64_t>(size, 9001 - at)});
            copy({audio.view().slice(1, at, at + cut.view().dim(1)), cut.tensor()}, stream);
            return cut;
          };
          for (int64_t at = 0; at < 9001; at += size) level.push({piece(at).view(), rate}, stream.pool());
          SongEncoder song(encoder, options, level.gain(stream.pool()), stream);
          for (int64_t at = 0; at < 9001; at += size) song.push({piece(at).view(), rate}, stream);
          EXPECT(same_bytes(song.finish(stream).view(), whole.view()));
        }
      }
    }
  }
}

TEST("song encoder: tiles in pieces are the tiles of the whole song") {
  Stream stream = cpu_stream(2);
  const OobleckEncoder encoder = random_oobleck_encoder(tiny_config(), 3, stream);
  for (const int64_t samples : {3000, 3001, 3030, 5100, 9000, 10230}) {
    const Storage audio = random_tensor({2, samples}, 4);
    const Tiling tiling{3000, 300};
    const Storage found = oobleck_encode(encoder, {.audio = audio.view(), .options = {.tiling = tiling}}, stream);
    const std::vector<double> wanted = samples > 3000 ? tiles_at_once(encoder, audio.view(), tiling, stream)
                                                      : tiles_at_once(encoder, audio.view(), {6000, 300}, stream);
    EXPECT(values_of(found.view()) == wanted);
  }
}

TEST("song encoder: a rate that changes within a file is followed") {
  Stream stream = cpu_stream(1);
  const Storage low = random_tensor({1, 2000}, 1), high = random_tensor({2, 3000}, 2);
  SongSound sound(tiny_config(), {});
  const int64_t first = sound.push({low.view(), 16000}, stream.pool()).view().dim(1);
  const Storage second = sound.push({high.view(), 48000}, stream.pool());
  EXPECT(first + second.view().dim(1) == 6000 + 3000);
  const int64_t at = second.view().dim(1) - 3000;
  EXPECT(values_of(second.view().slice(1, at, at + 3000)) == values_of(high.view()));
  EXPECT(sound.finish(stream.pool()).view().dim(1) == 0);
}

}  // namespace
}  // namespace sidestep::testing
