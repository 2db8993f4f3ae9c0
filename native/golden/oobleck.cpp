// Judges of the autoencoder: encode and decode against recorded activations, and upstream's tiled encode.
#include <map>

#include "core/error.h"
#include "core/memory.h"
#include "golden/model_case.h"
#include "models/oobleck_decode.h"
#include "models/oobleck_encode.h"
#include "models/oobleck_stream.h"
#include "ops/conv.h"
#include "ops/elementwise.h"

namespace sidestep::golden {
namespace {

Weights part_of(const Case& c, const std::string& part, Stream& stream) {
  return Weights::from_files(WeightFiles({c.file}), "w/" + part, DType::f32, stream);
}

/// Outputs that come one element of the batch at a time, compared when all are there: a tolerance is for a whole tensor.
class BatchOutputs {
 public:
  explicit BatchOutputs(const Case& c) : case_(c) {}
  /// `value`: element b of `name`, [1, C, L] or without its first axis.
  void keep(const std::string& name, int64_t b, ConstTensor value) {
    const Shape shape = case_.file.tensor("out/" + name).shape();
    const auto at = values_.try_emplace(name, DType::f32, shape).first;
    const Tensor row = at->second.tensor().select(0, b);
    if (row.numel() != value.numel()) {
      throw Error("golden/shape-differs",
                  name + ": expected " + row.shape().to_string() + " but found " + value.shape().to_string());
    }
    copy_bytes({}, row.raw(), value.device(), value.raw(), row.bytes());
  }
  void compare(Report& report) const {
    for (const auto& [name, value] : values_) {
      for (const std::string group : {"out/", "ref64/"}) {
        if (case_.file.contains(group + name))
          report.compare(group + name, value.view(), case_.file.tensor(group + name), case_.tolerance);
      }
    }
  }

 private:
  const Case& case_;
  std::map<std::string, Storage> values_;
};

void judge_encoding(const Case& c, const OobleckEncoder& encoder, Report& report, Stream& stream) {
  const ConstTensor audio = c.file.tensor("in/audio");
  const int64_t channels = encoder.config.latent_channels();
  const Device device = stream.device();
  CaseInputs inputs(c, stream);
  BatchOutputs outputs(c);
  for (int64_t b = 0; b < audio.dim(0); ++b) {
    OobleckEncoderStream encode(encoder, device);
    OobleckEncoderStream::Taps taps;
    encode.record(&taps);
    const Tensor moments = encode.push(audio.select(0, b), Piece::last, stream);
    outputs.keep("enc_conv1", b, taps.conv1.view());
    outputs.keep("enc_block0", b, taps.blocks.front().view());
    const ConstTensor mean = moments.slice(1, 0, channels), scale = moments.slice(1, channels, 2 * channels);
    outputs.keep("mean", b, mean);

    // The standard deviation is a sample around zero with noise of one.
    Storage zero(DType::f32, mean.shape(), device), one(DType::f32, mean.shape(), device),
        result(DType::f32, mean.shape(), device);
    fill({one.tensor(), 1}, stream);
    gaussian_sample({zero.view(), scale, one.view(), result.tensor()}, stream);
    stream.synchronize();
    outputs.keep("std", b, result.view());
    const ConstTensor noise = inputs("noise").slice(0, b, b + 1);
    gaussian_sample({mean, scale, noise, result.tensor()}, stream);
    stream.synchronize();
    outputs.keep("sample", b, result.view());
  }
  outputs.compare(report);
}

void judge_decoding(const Case& c, const OobleckConfig& config, Report& report, Stream& stream) {
  const OobleckDecoder decoder = load_oobleck_decoder(config, part_of(c, "decoder.", stream), stream);
  const Storage decoded =
      oobleck_decode(decoder, CaseInputs(c, stream)("latents_to_decode"), decode_pieces(stream.device().kind), stream);
  report.compare("decoded", decoded.view(), c.file.tensor("out/decoded"), c.tolerance);
  report.compare("decoded of float64", decoded.view(), c.file.tensor("ref64/decoded"), c.tolerance);
}

/// 0 when the engine refuses what upstream could not do either, 1 when it returns something.
double accepted(const OobleckEncoder& encoder, const OobleckEncode& job, Stream& stream) {
  try {
    oobleck_encode(encoder, job, stream);
    return 1;
  } catch (const Error& error) {
    return error.code() == "native/tiling-misaligned" || error.code() == "native/argument-invalid" ? 0 : 1;
  }
}

void judge_tiles(const Case& c, const OobleckEncoder& encoder, Report& report, Stream& stream) {
  OobleckEncode job;
  const ConstTensor audio = c.file.tensor("in/audio");
  BatchOutputs outputs(c);
  for (int64_t b = 0; b < audio.dim(0); ++b) {
    job.audio = audio.select(0, b);
    job.options.tiling.reset();
    outputs.keep("direct", b, oobleck_encode(encoder, job, stream).view());
    const Json::Array& tiles = c.config.at("tiles").as_array();
    for (size_t i = 0; i < tiles.size(); ++i) {
      const std::string name = "tiled" + std::to_string(i);
      job.options.tiling = Tiling{tiles[i].at("chunk_size").as_int(), tiles[i].at("overlap").as_int()};
      if (tiles[i].contains("error"))
        report.add(name + " (refused)", accepted(encoder, job, stream), 0);
      else
        outputs.keep(name, b, oobleck_encode(encoder, job, stream).view());
    }
  }
  outputs.compare(report);
}

void judge_oobleck(const Case& c, Report& report, Stream& stream) {
  const OobleckConfig config = oobleck_config(c.config);
  const OobleckEncoder encoder = load_oobleck_encoder(config, part_of(c, "encoder.", stream), stream);
  if (c.config.contains("tiles")) {
    judge_tiles(c, encoder, report, stream);
    return;
  }
  judge_encoding(c, encoder, report, stream);
  judge_decoding(c, config, report, stream);
}

const Kind oobleck_kind{"oobleck", judge_oobleck};

}  // namespace
}  // namespace sidestep::golden
