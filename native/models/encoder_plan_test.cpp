#include "models/encoder_plan.h"

#include <filesystem>

#include "core/memory.h"
#include "models/condition_encoder.h"
#include "models/qwen3.h"
#include "testing/test.h"

namespace sidestep {
namespace {

std::filesystem::path tiny(const std::string& part) { return testing::golden_dir() / "tiny_checkpoint" / part; }

TEST("plan meter: counts what is alive and the most there was, innermost first") {
  const Device plan{.kind = DeviceKind::plan};
  const Storage before(DType::f32, {64}, plan);
  const PlanMeter meter;
  {
    const Storage a(DType::f32, {100}, plan), b(DType::bf16, {10}, plan);
    EXPECT(meter.held() == 420);
  }
  Storage outlives;
  {
    const PlanMeter inner;
    outlives = Storage(DType::u8, {7}, plan);
    EXPECT(inner.held() == 7);
  }
  outlives = Storage();
  EXPECT(meter.held() == 0);
  EXPECT(meter.peak() == 420);
}

TEST("encoder plans: weights are those of the model, long audio in tiles or pieces needs no more than its own samples") {
  const auto folder = tiny("vae");
  const int64_t second = oobleck_config(read_config(folder)).sampling_rate;
  const auto at = [&](int64_t seconds) { return plan_audio_encoder(folder, seconds * second, {}, DeviceKind::cpu); };
  const EncoderPlan minute = at(60), four = at(240);
  EXPECT(minute.weights_bytes > 0 && minute.weights_bytes == four.weights_bytes);
  const auto audio = static_cast<size_t>(2 * 180 * second) * sizeof(float);
  const auto latents = audio / 100;  // the frames that leave, a few copies of them
  EXPECT(four.activation_bytes - minute.activation_bytes < audio + latents);
  const EncoderPlan larger_pieces = plan_audio_encoder(folder, 60 * second, {}, DeviceKind::cuda);
  EXPECT(larger_pieces.activation_bytes > minute.activation_bytes);
}

TEST("encoder plans: a decoder needs the same for a song of any length from a few tiles on, whose audio lies on the host") {
  const auto at = [&](int64_t frames) { return plan_audio_decoder(tiny("vae"), frames, DeviceKind::cpu).activation_bytes; };
  EXPECT(at(5) < at(256) && at(256) == at(15000));
}

TEST("encoder plans: activations grow with the text") {
  EXPECT(plan_text_encoder(tiny("Qwen3-Embedding-0.6B"), 64, DeviceKind::cpu).activation_bytes <
         plan_text_encoder(tiny("Qwen3-Embedding-0.6B"), 256, DeviceKind::cpu).activation_bytes);
  const EncoderPlan few = plan_condition_encoder(tiny("acestep-v15-turbo"), {16, 8}, DeviceKind::cpu);
  const EncoderPlan many = plan_condition_encoder(tiny("acestep-v15-turbo"), {16, 512}, DeviceKind::cpu);
  EXPECT(few.weights_bytes == many.weights_bytes);
  EXPECT(few.activation_bytes < many.activation_bytes);
}

TEST("encoder plans: on a CPU the matrices of a 16-bit checkpoint stay as they lie, a card takes them in f32") {
  const auto text = [](DeviceKind device) { return plan_text_encoder(tiny("Qwen3-Embedding-0.6B"), 8, device).weights_bytes; };
  const auto condition = [](DeviceKind device) {
    return plan_condition_encoder(tiny("acestep-v15-turbo"), {8, 8}, device).weights_bytes;
  };
  EXPECT(2 * text(DeviceKind::cpu) < text(DeviceKind::cuda) + text(DeviceKind::cuda) / 50);  // norms are f32 on both
  EXPECT(2 * condition(DeviceKind::cpu) < condition(DeviceKind::cuda) + condition(DeviceKind::cuda) / 20);
}

}  // namespace
}  // namespace sidestep
