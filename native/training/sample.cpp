#include "training/sample.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>

#include "core/error.h"
#include "core/memory.h"
#include "core/safetensors.h"
#include "ops/elementwise.h"

namespace sidestep {

namespace {

Storage read_matrix(const WeightFiles& files, const std::string& name, int64_t& nonfinite) {
  ConstTensor from = files.tensor(name);
  if (from.rank() == 3 && from.dim(0) == 1) from = from.select(0, 0);  // some of upstream's files keep the batch of one
  if (from.rank() != 2 || from.numel() == 0) {
    throw Error("train/sample-invalid",
                files.origin(name) + ": " + name + ": expected [length, width] with elements, found " + from.shape().to_string(),
                "Preprocess the song again.");
  }
  Storage out(DType::f32, from.shape());
  Stream stream(Device{}, std::make_shared<ThreadPool>(1));
  copy({from, out.tensor()}, stream);
  float* values = out.tensor().data<float>();
  for (int64_t i = 0; i < from.numel(); ++i) {
    if (std::isfinite(values[i])) continue;
    values[i] = 0;
    ++nonfinite;
  }
  return out;
}

WeightFiles open_files(const SampleFiles& from) {
  std::vector<SafetensorsFile> files;
  for (const auto& path : from.files) files.emplace_back(path);
  return WeightFiles(std::move(files));
}

/// [frames, 2 C]: silence [1, C, N] transposed, then the chunk mask, all ones.
Storage silent_context(const SampleFiles& from, int64_t frames) {
  const SafetensorsFile file(from.silence_latent);
  const ConstTensor silence = file.tensor("silence_latent");
  if (silence.rank() != 3 || silence.dim(0) != 1 || silence.dim(2) < frames) {
    throw Error("train/sample-invalid",
                from.name + " has " + std::to_string(frames) + " latent frames, but the model's silence is " +
                    silence.shape().to_string() + ": expected [1, channels, at least that many]",
                "Cut the song (`max_duration` of the preprocess.pass1 stage), or train on windows of it (`crop.chunk_duration` "
                "of the train stage).");
  }
  const int64_t channels = silence.dim(1);
  Storage out(DType::f32, {frames, 2 * channels});
  Stream stream(Device{}, std::make_shared<ThreadPool>(1));
  copy({silence.select(0, 0).transposed(0, 1).slice(0, 0, frames), out.tensor().slice(1, 0, channels)}, stream);
  fill({out.tensor().slice(1, channels, 2 * channels), 1.0F}, stream);
  return out;
}

/// Rows of one tensor of every sample, padded with zeros: [B, longest, width], and which rows are real.
struct Padded {
  Storage rows, mask;
};

Padded pad(const std::vector<const Sample*>& samples, Storage Sample::*member, const Staging& staging) {
  int64_t longest = 0;
  const ConstTensor first = (samples.front()->*member).view();
  for (const Sample* s : samples) {
    const ConstTensor t = (s->*member).view();
    longest = std::max(longest, t.dim(0));
    if (t.dim(1) == first.dim(1)) continue;
    throw Error("train/sample-invalid",
                "Samples " + samples.front()->name + " and " + s->name + " have widths " + std::to_string(first.dim(1)) +
                    " and " + std::to_string(t.dim(1)),
                "They were preprocessed for different models.");
  }
  const auto batch = static_cast<int64_t>(samples.size());
  Padded out{staging.take(DType::f32, {batch, longest, first.dim(1)}), staging.take(DType::f32, {batch, longest})};
  zero_fill({}, out.rows.tensor().raw(), out.rows.tensor().bytes());
  zero_fill({}, out.mask.tensor().raw(), out.mask.tensor().bytes());
  for (int64_t b = 0; b < batch; ++b) {
    const ConstTensor t = (samples[static_cast<size_t>(b)]->*member).view();
    std::memcpy(out.rows.tensor().select(0, b).raw(), t.raw(), t.bytes());
    std::fill_n(out.mask.tensor().select(0, b).data<float>(), t.dim(0), 1.0F);
  }
  return out;
}

Storage rows_of(const Storage& from, int64_t begin, int64_t count) {
  const ConstTensor rows = from.view().slice(0, begin, begin + count);
  Storage out(DType::f32, rows.shape());
  std::memcpy(out.tensor().raw(), rows.raw(), out.tensor().bytes());
  return out;
}

}  // namespace

size_t Sample::bytes() const {
  return target_latents.view().bytes() + context_latents.view().bytes() + encoder_hidden_states.view().bytes();
}

LoadedSample load_sample(const SampleFiles& from) {
  const WeightFiles files = open_files(from);
  LoadedSample out;
  out.sample.name = from.name;
  out.sample.target_latents = read_matrix(files, "target_latents", out.nonfinite);
  out.sample.encoder_hidden_states = read_matrix(files, "encoder_hidden_states", out.nonfinite);
  const int64_t frames = out.sample.frames();
  out.sample.context_latents = files.contains("context_latents") || from.silence_latent.empty()
                                   ? read_matrix(files, "context_latents", out.nonfinite)
                                   : silent_context(from, frames);
  const int64_t context = out.sample.context_latents.view().dim(0);
  if (frames != context) {
    throw Error("train/sample-invalid", from.name + ": target_latents have " + std::to_string(frames) +
                                            " frames, context_latents " + std::to_string(context));
  }
  return out;
}

Sample crop(const Sample& sample, int64_t begin, int64_t frames) {
  return {sample.name, rows_of(sample.target_latents, begin, frames), rows_of(sample.context_latents, begin, frames),
          sample.encoder_hidden_states};
}

Batch collate(const std::vector<const Sample*>& samples) { return collate(samples, Staging(Device{})); }

Batch collate(const std::vector<const Sample*>& samples, const Staging& staging) {
  const Padded target = pad(samples, &Sample::target_latents, staging);
  const Padded context = pad(samples, &Sample::context_latents, staging);
  const Padded condition = pad(samples, &Sample::encoder_hidden_states, staging);
  Batch batch{target.rows, context.rows, condition.rows, target.mask, condition.mask, {}, {}, {}};
  for (const Sample* s : samples) {
    batch.frames.push_back(s->frames());
    batch.tokens.push_back(s->tokens());
    batch.names.push_back(s->name);
  }
  return batch;
}

}  // namespace sidestep
