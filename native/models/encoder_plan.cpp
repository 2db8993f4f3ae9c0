#include "models/encoder_plan.h"

#include <algorithm>
#include <vector>

#include "core/memory.h"
#include "models/condition_encoder.h"
#include "models/latent_stream.h"
#include "models/oobleck_decode.h"
#include "models/qwen3.h"
#include "ops/card_overhead.h"

namespace sidestep {

namespace {

constexpr Device kPlan{.kind = DeviceKind::plan};

Weights imagined(const std::filesystem::path& folder, const std::string& prefix, DeviceKind device, Stream& plan) {
  return Weights::random(0, DType::f32, plan, kept_dtype(folder, prefix, DType::f32, device));
}

size_t up_to_peak(const PlanMeter& meter, const Arena& arena, size_t before) {
  return meter.peak() - before + arena.high_water();
}

}  // namespace

EncoderPlan plan_audio_encoder(const std::filesystem::path& folder, int64_t samples, const std::optional<Tiling>& tiling,
                               DeviceKind device) {
  const PlanMeter meter;
  Stream plan(kPlan);
  const OobleckConfig config = oobleck_config(read_config(folder));
  const OobleckEncoder encoder = load_oobleck_encoder(config, Weights::random(0, DType::f32, plan), plan);
  const size_t weights = meter.held();
  // Songs arrive in pieces of about a second
  const int64_t second = config.sampling_rate;
  const Storage audio(DType::f32, {config.audio_channels, second}, kPlan);
  LatentStream latents(encoder, {.tiling = tiling, .piece_frames = piece_frames(device)}, plan);
  for (int64_t at = 0; at < samples; at += second) latents.push(audio.view().slice(1, 0, std::min(second, samples - at)), plan);
  latents.finish(plan);
  return {weights, meter.peak() - weights, computing_overhead(device)};
}

EncoderPlan plan_audio_decoder(const std::filesystem::path& folder, int64_t frames, DeviceKind device) {
  const PlanMeter meter;
  Stream plan(kPlan);
  const OobleckConfig config = oobleck_config(read_config(folder));
  const OobleckDecoder decoder = load_oobleck_decoder(config, Weights::random(0, DType::f32, plan), plan);
  const size_t weights = meter.held();
  // Audio leaves for the host as it comes. After a few pieces all queues have grown; a longer song ends as one of that length
  // does.
  const DecodePieces pieces = decode_pieces(device);
  OobleckDecoderStream decode(decoder, pieces, kPlan);
  const int64_t planned = std::min(frames, 4 * pieces.frames);
  for (int64_t at = 0; at < planned; at += pieces.frames) {
    const int64_t n = std::min(pieces.frames, planned - at);
    const Storage latents(DType::f32, {1, config.decoder_input_channels, n}, kPlan);
    decode.push(
        latents.view(), at + n == planned ? Piece::last : Piece::middle, [](const ConstTensor&) {}, plan);
  }
  return {weights, meter.peak() - weights, computing_overhead(device)};
}

EncoderPlan plan_text_encoder(const std::filesystem::path& folder, int64_t tokens, DeviceKind device) {
  const PlanMeter meter;
  Stream plan(kPlan);
  Arena arena(kPlan, 0);
  const TextEncoderConfig config = text_encoder_config(read_config(folder));
  Qwen3 model(config, imagined(folder, "", device, plan));
  const size_t weights = meter.held();
  const std::vector<int64_t> ids(static_cast<size_t>(tokens));
  const Storage states(DType::f32, {1, tokens, config.stack.hidden_size}, kPlan);
  model.encode(ids, states.tensor(), arena, plan);
  return {weights, up_to_peak(meter, arena, weights), computing_overhead(device)};
}

EncoderPlan plan_condition_encoder(const std::filesystem::path& folder, const ConditionLengths& lengths, DeviceKind device) {
  const PlanMeter meter;
  Stream plan(kPlan);
  Arena arena(kPlan, 0);
  const ConditionEncoderConfig config = condition_encoder_config(read_config(folder));
  ConditionEncoder model(config, imagined(folder, "encoder.", device, plan));
  const size_t weights = meter.held();
  const auto states = [](int64_t rows, int64_t width) { return Storage(DType::f32, {1, rows, width}, kPlan); };
  const Storage lyrics = states(lengths.lyric_tokens, config.text_hidden_dim),
                text = states(lengths.text_tokens, config.text_hidden_dim);
  const Storage references = states(lengths.reference_frames, config.timbre_hidden_dim);
  const ConditionInput input{.lyrics = lyrics.view(),
                             .lyric_mask = std::vector<uint8_t>(static_cast<size_t>(lengths.lyric_tokens), 1),
                             .text = text.view(),
                             .text_mask = std::vector<uint8_t>(static_cast<size_t>(lengths.text_tokens), 1),
                             .references = references.view(),
                             .owners = {0}};
  const Storage hidden = states(ConditionEncoder::sequence_length(input), config.lyric.hidden_size);
  model.forward(input, hidden.tensor(), arena, plan);
  return {weights, up_to_peak(meter, arena, weights), computing_overhead(device)};
}

}  // namespace sidestep
