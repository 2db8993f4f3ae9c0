#include "models/condition_encoder.h"

#include "testing/test.h"

namespace sidestep::testing {
namespace {

TEST("packing: real tokens first, each part in its order, padding last") {
  const TokenSequence packed = pack({.rows = {10, 11, 12}, .mask = {1, 0, 1}}, {.rows = {20, 21}, .mask = {0, 1}});
  EXPECT((packed.rows == std::vector<int64_t>{10, 12, 21, 11, 20}));
  EXPECT((packed.mask == std::vector<uint8_t>{1, 1, 1, 0, 0}));
}

TEST("packing: a sequence without real tokens keeps its order") {
  const TokenSequence packed = pack({.rows = {1, 2}, .mask = {0, 0}}, {.rows = {3}, .mask = {0}});
  EXPECT((packed.rows == std::vector<int64_t>{1, 2, 3}));
  EXPECT((packed.mask == std::vector<uint8_t>{0, 0, 0}));
}

TEST("packing: references are grouped by sample and padded to the largest group") {
  const std::vector<TokenSequence> groups = assign_references({2, 0, 2}, 3, 100, 999);
  EXPECT((groups[0].rows == std::vector<int64_t>{101, 999} && groups[0].mask == std::vector<uint8_t>{1, 0}));
  EXPECT((groups[1].rows == std::vector<int64_t>{999, 999} && groups[1].mask == std::vector<uint8_t>{0, 0}));
  EXPECT((groups[2].rows == std::vector<int64_t>{100, 102} && groups[2].mask == std::vector<uint8_t>{1, 1}));
}

/// A reference file's encoder with inputs that can be changed.
struct Rig {
  explicit Rig(Stream& stream)
      : file(golden_dir() / "condition_encoder_2b_batch.safetensors"),
        config(condition_encoder_config(Json::parse(file.metadata().at("config")))),
        encoder(config, Weights::from_files(WeightFiles({file}), "w/", DType::f32, stream)),
        input{.lyrics = file.tensor("in/lyric_hidden_states"),
              .lyric_mask = std::vector<uint8_t>(26, 1),
              .text = file.tensor("in/text_hidden_states"),
              .text_mask = std::vector<uint8_t>(16, 1),
              .references = file.tensor("in/refer_audio"),
              .owners = {0, 1, 1}} {}

  Storage hidden() const {
    return Storage(DType::f32, {input.lyrics.dim(0), ConditionEncoder::sequence_length(input), config.lyric.hidden_size});
  }

  SafetensorsFile file;
  ConditionEncoderConfig config;
  ConditionEncoder encoder;
  ConditionInput input;
};

TEST("condition_encoder: a sample in a batch gets what it gets alone") {
  Stream stream(Device{});
  Rig rig(stream);
  Arena arena(stream.device(), size_t{16} << 20);
  for (size_t i = 20; i < 26; ++i) rig.input.lyric_mask[i] = 0;
  const Storage together = rig.hidden();
  rig.encoder.forward(rig.input, together.tensor(), arena, stream);
  const ConditionInput batch = rig.input;
  rig.input = {.lyrics = batch.lyrics.slice(0, 1, 2),
               .lyric_mask = {batch.lyric_mask.begin() + 13, batch.lyric_mask.end()},
               .text = batch.text.slice(0, 1, 2),
               .text_mask = {batch.text_mask.begin() + 8, batch.text_mask.end()},
               .references = batch.references.slice(0, 1, 3),
               .owners = {0, 0}};
  const Storage alone = rig.hidden();
  rig.encoder.forward(rig.input, alone.tensor(), arena, stream);
  EXPECT_REL_L2(together.view().slice(0, 1, 2), alone.view(), 1e-6);
}

TEST("condition_encoder: lyrics without a real token give finite values") {
  Stream stream(Device{});
  Rig rig(stream);
  Arena arena(stream.device(), size_t{16} << 20);
  rig.input.lyric_mask.assign(26, 0);
  const Storage hidden = rig.hidden();
  const std::vector<uint8_t> mask = rig.encoder.forward(rig.input, hidden.tensor(), arena, stream);
  EXPECT(mask[0] == 1 && mask[8] == 1 && mask[10] == 0);  // sample 0: one reference, eight text tokens, the rest padding
  EXPECT(rel_l2(hidden.view(), hidden.view()) == 0);      // NaN would not be equal to itself
}

TEST("condition_encoder: misuse is refused") {
  Stream stream(Device{});
  Arena arena(stream.device(), size_t{16} << 20);
  const auto refused = [&](auto change, const char* code) {
    Rig rig(stream);
    const Storage hidden = rig.hidden();
    change(rig.input);
    std::string found = "accepted";
    try {
      rig.encoder.forward(rig.input, hidden.tensor(), arena, stream);
    } catch (const Error& error) {
      found = error.code();
    }
    EXPECT(found == code);
  };
  refused([](ConditionInput& in) { in.owners = {0, 1, 2}; }, "native/reference-owner-invalid");
  refused([](ConditionInput& in) { in.owners = {0, 1}; }, "native/shape-mismatch");
  refused([](ConditionInput& in) { in.lyric_mask.pop_back(); }, "native/shape-mismatch");
  refused([](ConditionInput& in) { in.text = in.references; }, "native/shape-mismatch");
  refused([](ConditionInput& in) { in.references = {}; }, "native/shape-mismatch");
}

}  // namespace
}  // namespace sidestep::testing
