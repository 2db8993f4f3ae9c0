#include "models/weights.h"

#include <cstring>
#include <filesystem>

#include "core/error.h"
#include "core/path_text.h"
#include "models/condition_encoder.h"
#include "models/dit.h"
#include "models/qwen3.h"
#include "ops/elementwise.h"
#include "testing/temporary_folder.h"
#include "testing/test.h"

namespace sidestep::testing {
namespace {

namespace fs = std::filesystem;

const fs::path kCheckpoint = fs::path("tiny_checkpoint") / "acestep-v15-turbo";

fs::path checkpoint() { return golden_dir() / kCheckpoint; }

/// The tiny checkpoint's tensors with one changed (or, without a replacement, left out).
WeightFiles altered(const fs::path& folder, const std::string& name, ConstTensor replacement) {
  const SafetensorsFile original(checkpoint() / "model.safetensors");
  std::vector<NamedTensor> tensors;
  for (const std::string& other : original.names()) {
    if (other != name)
      tensors.push_back({other, original.tensor(other)});
    else if (replacement)
      tensors.push_back({name, replacement});
  }
  write_safetensors(folder / "model.safetensors", tensors, {});
  return WeightFiles::open(folder);
}

std::string refusal(const WeightFiles& files, std::string* message) {
  Stream stream(Device{});
  try {
    Dit(dit_config(read_config(checkpoint())), Weights::from_files(files, "", DType::f32, stream));
  } catch (const Error& error) {
    *message = error.message();
    return error.code();
  }
  return "accepted";
}

TEST("weights: every model of a checkpoint loads from its folder") {
  Stream stream(Device{});
  const Json config = read_config(checkpoint());
  const WeightFiles files = WeightFiles::open(checkpoint());
  Dit dit(dit_config(config), Weights::from_files(files, "", DType::f32, stream));
  EXPECT(dit.null_condition().shape() == Shape({dit.config().condition_size}));
  ConditionEncoder(condition_encoder_config(config), Weights::from_files(files, "", DType::f32, stream));
  const fs::path text = golden_dir() / "tiny_checkpoint" / "Qwen3-Embedding-0.6B";
  Qwen3(text_encoder_config(read_config(text)), Weights::from_files(WeightFiles::open(text), "", DType::f32, stream));
}

TEST("weights: a missing, misshapen or mistyped tensor is refused by file and name") {
  const std::string name = "decoder.layers.1.mlp.up_proj.weight";
  const Storage wide(DType::f32, {64, 49}), integers(DType::i64, {64, 48});
  const struct {
    ConstTensor replacement;
    const char* code;
    std::vector<std::string> words;
  } cases[] = {{{}, "native/tensor-missing", {"[64, 48]"}},
               {wide.view(), "native/tensor-shape", {"[64, 48]", "[64, 49]"}},
               {integers.view(), "native/tensor-dtype", {"I64"}}};
  for (const auto& c : cases) {
    const TemporaryFolder folder;
    std::string message;
    EXPECT(refusal(altered(folder.path, name, c.replacement), &message) == c.code);
    EXPECT(message.find(name) != std::string::npos);
    EXPECT(message.find(utf8_of(folder.path / "model.safetensors")) != std::string::npos);
    for (const std::string& word : c.words) EXPECT(message.find(word) != std::string::npos);
  }
}

TEST("weights: a tensor that is not asked for may be anything") {
  const TemporaryFolder folder;
  const Storage odd(DType::i64, {3});
  std::string message;
  EXPECT(refusal(altered(folder.path, "tokenizer.attention_pooler.norm.weight", odd.view()), &message) == "accepted");
}

TEST("weights: 16-bit tensors convert exactly, matrices and 32-bit tensors are not copied") {
  Stream stream(Device{});
  const TemporaryFolder folder;
  const Storage values(DType::f32, {5, 3});
  for (int64_t i = 0; i < 15; ++i) values.tensor().data<float>()[i] = 0.25F * static_cast<float>(i - 7);  // exact in 8 bits
  for (const DType stored : {DType::f32, DType::bf16, DType::f16}) {
    const Storage narrow(stored, {5, 3});
    copy({.src = values.view(), .dst = narrow.tensor()}, stream);
    write_safetensors(folder.path / "model.safetensors", {{"base.w.weight", narrow.view()}}, {});
    const Weights weights = Weights::from_files(WeightFiles::open(folder.path), "base.", DType::f32, stream);
    const Linear linear = load_linear(weights, "w", 3, 5, Bias::absent);
    EXPECT(linear.weight.values.dtype() == stored && linear.dtype() == DType::f32);
    EXPECT(std::memcmp(linear.weight.values.raw(), narrow.tensor().raw(), narrow.tensor().bytes()) == 0);
    EXPECT(weights.owned_bytes() == 0);
    const ConstTensor tensor = weights.tensor("w.weight", {5, 3});
    EXPECT(std::memcmp(tensor.raw(), values.tensor().raw(), values.tensor().bytes()) == 0);
    EXPECT(weights.owned_bytes() == (stored == DType::f32 ? 0 : values.tensor().bytes()));
  }
}

TEST("weights: a biased layer needs its bias") {
  Stream stream(Device{});
  const Weights weights = Weights::from_files(WeightFiles::open(checkpoint()), "decoder.layers.0.self_attn.", DType::f32, stream);
  EXPECT_ERROR(load_linear(weights, "q_proj", 48, 48, Bias::present), "native/tensor-missing");
}

TEST("weights: patch convolutions flatten to (tap, channel) columns") {
  Stream stream(Device{});
  const TemporaryFolder folder;
  const Storage kernel(DType::f32, {2, 3, 2});
  for (int64_t i = 0; i < 12; ++i) kernel.tensor().data<float>()[i] = static_cast<float>(i);
  write_safetensors(folder.path / "model.safetensors", {{"w", kernel.view()}}, {});
  const Weights weights = Weights::from_files(WeightFiles::open(folder.path), "", DType::f32, stream);
  const ConstTensor flat = weights.permuted("w", {2, 3, 2}, 1, 2, {2, 6});
  const float expected[] = {0, 2, 4, 1, 3, 5, 6, 8, 10, 7, 9, 11};
  EXPECT(std::memcmp(flat.raw(), expected, sizeof expected) == 0);
}

TEST("weights: random ones repeat from their seed") {
  Stream stream(Device{});
  const Weights a = Weights::random(5, DType::f32, stream), b = Weights::random(5, DType::f32, stream),
                other = Weights::random(6, DType::f32, stream);
  const ConstTensor first = a.tensor("x", {7, 9}), second = a.tensor("y", {7, 9});
  EXPECT(rel_l2(b.tensor("x", {7, 9}), first) == 0);
  EXPECT(rel_l2(second, first) > 0.5);
  EXPECT(rel_l2(other.tensor("x", {7, 9}), first) > 0.5);
}

}  // namespace
}  // namespace sidestep::testing
