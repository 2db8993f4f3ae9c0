#include "models/qwen3.h"

#include "testing/test.h"

namespace sidestep::testing {
namespace {

struct Rig {
  explicit Rig(Stream& stream, TextEncoderParts parts = TextEncoderParts::all)
      : file(golden_dir() / "qwen3_encoder.safetensors"),
        encoder(text_encoder_config(Json::parse(file.metadata().at("config"))),
                Weights::from_files(WeightFiles({file}), "w/", DType::f32, stream), parts) {}

  Storage encode(const std::vector<int64_t>& ids, int64_t batch, Stream& stream) {
    Arena arena(stream.device(), size_t{16} << 20);
    Storage states(DType::f32, {batch, static_cast<int64_t>(ids.size()) / batch, encoder.config().stack.hidden_size});
    encoder.encode(ids, states.tensor(), arena, stream);
    return states;
  }

  SafetensorsFile file;
  Qwen3 encoder;
};

TEST("qwen3: a token's state does not depend on what follows, padding or not") {
  Stream stream(Device{});
  Rig rig(stream);
  const Storage padded = rig.encode({5, 17, 3, 95, 95, 95}, 1, stream), bare = rig.encode({5, 17, 3}, 1, stream);
  EXPECT_REL_L2(padded.view().slice(1, 0, 3), bare.view(), 1e-6);
}

TEST("qwen3: texts of a batch do not see each other") {
  Stream stream(Device{});
  Rig rig(stream);
  const Storage both = rig.encode({5, 17, 3, 8, 8, 1}, 2, stream), second = rig.encode({8, 8, 1}, 1, stream);
  EXPECT_REL_L2(both.view().slice(0, 1, 2), second.view(), 1e-6);
}

TEST("qwen3: ids outside the vocabulary and unloaded layers are refused") {
  Stream stream(Device{});
  Rig rig(stream);
  EXPECT_ERROR(rig.encode({5, 96}, 1, stream), "native/token-out-of-range");
  EXPECT_ERROR(rig.encode({-1}, 1, stream), "native/token-out-of-range");
  Rig table(stream, TextEncoderParts::embedding);
  EXPECT_ERROR(table.encode({5}, 1, stream), "native/part-not-loaded");
}

}  // namespace
}  // namespace sidestep::testing
