#include <memory>

#include "bench/commands.h"
#include "bench/stream.h"
#include "core/philox.h"
#include "models/condition_encoder.h"
#include "models/oobleck_encode.h"
#include "models/qwen3.h"
#include "ops/transfer.h"

namespace sidestep::bench {
namespace {

const std::vector<std::string> kOptions = {"config", "condition", "latents", "batch", "steps", "threads", "backend", "precision"};
constexpr int64_t kTextTokens = 256;  // upstream pads every prompt to this

/// A model and its inputs on one device; each call of the function is one step.
using Step = std::function<void(Arena&)>;
using MakeStep = std::function<Step(DType, Stream&)>;

// The arena of the real run is sized by the same step on a device that only measures.
StepFigures measure_model(const Arguments& arguments, const MakeStep& make) {
  Stream stream = open_stream(arguments);
  const DType dtype = compute_dtype(arguments, stream);
  Stream planning(Device{DeviceKind::plan, 0});
  Arena plan(planning.device(), 0);
  make(dtype, planning)(plan);
  PeakMeter meter(stream, dtype);
  meter.sample();
  const Step step = make(dtype, stream);
  Arena arena(stream.device(), plan.high_water());
  return measure_steps([&] { step(arena); }, arguments.count_or("steps", 3), meter, stream);
}

Storage random_values(const Shape& shape) {
  Storage storage(DType::f32, shape);
  float* data = storage.tensor().data<float>();
  for (int64_t i = 0; i < shape.numel(); ++i)
    data[i] = 0.1F * normal({.seed = 1, .purpose = Purpose::fixture}, static_cast<uint64_t>(i));
  return storage;
}

/// The step's inputs lie where the model does.
Storage on_device(const Storage& host, Stream& stream) {
  Storage there(host.view().dtype(), host.view().shape(), stream.device());
  transfer({host.view(), there.tensor()}, stream);
  return there;
}

}  // namespace

int encode_text_command(const std::vector<std::string>& words) {
  const Arguments arguments(words, kOptions, {"json"});
  const TextEncoderConfig config = text_encoder_config(config_of(arguments));
  const int64_t batch = arguments.count_or("batch", 1), tokens = arguments.count_or("condition", kTextTokens);
  std::vector<int64_t> ids;
  for (int64_t i = 0; i < batch * tokens; ++i) ids.push_back(i * 7919 % config.vocab_size);
  const StepFigures figures = measure_model(arguments, [&](DType dtype, Stream& stream) -> Step {
    auto model = std::make_shared<Qwen3>(config, Weights::random(1, dtype, stream));
    return [&, model, dtype](Arena& arena) {
      const Arena::Scope scope(arena);
      model->encode(ids, arena.alloc(dtype, {batch, tokens, config.stack.hidden_size}), arena, stream);
    };
  });
  print(figures, {{"tokens_per_second", static_cast<double>(batch * tokens) / figures.seconds}}, format(arguments));
  return 0;
}

int encode_condition_command(const std::vector<std::string>& words) {
  const Arguments arguments(words, kOptions, {"json"});
  const ConditionEncoderConfig config = condition_encoder_config(config_of(arguments));
  const int64_t batch = arguments.count_or("batch", 1), lyrics = arguments.count_or("condition", 512);
  const Storage lyric_rows = random_values({batch, lyrics, config.text_hidden_dim});
  const Storage text_rows = random_values({batch, kTextTokens, config.text_hidden_dim});
  const Storage silence(DType::f32, {batch, 1, config.timbre_hidden_dim});
  ConditionInput masks{.lyrics = {},
                       .lyric_mask = std::vector<uint8_t>(static_cast<size_t>(batch * lyrics), 1),
                       .text = {},
                       .text_mask = std::vector<uint8_t>(static_cast<size_t>(batch * kTextTokens), 1),
                       .references = {},
                       .owners = {}};
  for (int64_t i = 0; i < batch; ++i) masks.owners.push_back(i);
  const StepFigures figures = measure_model(arguments, [&](DType dtype, Stream& stream) -> Step {
    auto model = std::make_shared<ConditionEncoder>(config, Weights::random(1, dtype, stream));
    const std::vector<Storage> there{on_device(lyric_rows, stream), on_device(text_rows, stream), on_device(silence, stream)};
    return [&, model, dtype, there](Arena& arena) {
      const Arena::Scope scope(arena);
      ConditionInput input = masks;
      input.lyrics = there[0].view();
      input.text = there[1].view();
      input.references = there[2].view();
      const int64_t length = ConditionEncoder::sequence_length(input);
      model->forward(input, arena.alloc(dtype, {batch, length, config.lyric.hidden_size}), arena, stream);
    };
  });
  print(figures, {}, format(arguments));
  return 0;
}

int encode_audio_command(const std::vector<std::string>& words) {
  const Arguments arguments(words, kOptions, {"json"});
  const OobleckConfig config = oobleck_config(config_of(arguments));
  const int64_t samples = arguments.count_or("latents", 250) * config.hop();
  const Storage audio = random_values({config.audio_channels, samples});
  Stream stream = open_stream(arguments);
  PeakMeter meter(stream, DType::f32);
  meter.sample();
  const OobleckEncoder encoder = random_oobleck_encoder(config, 1, stream);
  const auto step = [&] { oobleck_encode(encoder, {.audio = audio.view()}, stream); };
  const StepFigures figures = measure_steps(step, arguments.count_or("steps", 3), meter, stream);
  const double seconds_of_audio = static_cast<double>(samples) / static_cast<double>(config.sampling_rate);
  print(figures, {{"realtime_factor", seconds_of_audio / figures.seconds}}, format(arguments));
  return 0;
}

}  // namespace sidestep::bench
