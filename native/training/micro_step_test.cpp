#include "training/micro_step.h"

#include "adapters/adapter_set.h"
#include "adapters/adapter_testing.h"
#include "core/memory.h"
#include "core/rel_l2.h"
#include "ops/op_testing.h"
#include "ops/transfer.h"
#include "testing/test.h"

namespace sidestep {
namespace {

using namespace testing;

/// A small model with an adapter whose every parameter acts, and what a pass leaves of it.
struct Lesson {
  explicit Lesson(Stream& device_stream)
      : stream(device_stream),
        model(two_layers(), Weights::random(3, DType::f32, stream)),
        adapters(model, {.type = AdapterType::lora, .rank = 3, .alpha = 5}) {
    adapters.initialise(1, {arena, stream});
    uint64_t index = 0;
    for (const Parameter& p : adapters.parameters()) {
      const Storage values(DType::f32, p.value.shape());
      fill_normals(values.tensor(), 50 + ++index, 0.3);
      copy_bytes(p.value.device(), p.value.raw(), {}, values.view().raw(), p.value.bytes());
    }
    adapters.refresh({arena, stream});
    adapters.zero_gradients(stream);
  }

  /// Gradients of these songs as one batch add up.
  double learn(const std::vector<const Sample*>& songs, const Storage& noise, double grad_scale,
               Padding padding = Padding::masked, const KeptLayers& kept = {}) {
    const Batch batch = collate(songs);
    Draws draws{.noise = noise.view()};
    for (const Sample* song : songs) {
      draws.t.push_back(song->frames() % 2 == 0 ? 0.3F : 0.8F);
      draws.dropped.push_back(0);
    }
    return run_micro_step({.model = model,
                           .batch = batch,
                           .draws = draws,
                           .loss = {.padding = padding},
                           .grad_scale = grad_scale,
                           .kept = kept},
                          {arena, stream})
        .loss;
  }

  std::vector<Storage> gradients() {
    std::vector<Storage> result;
    for (const Parameter& p : adapters.parameters()) result.push_back(to_host(p.grad, stream));
    return result;
  }

  Stream& stream;
  Arena arena{stream.device(), size_t{32} << 20};
  Dit model;
  AdapterSet adapters;
};

Sample song_of(int64_t frames, int64_t tokens, uint64_t seed) {
  const DitConfig model = two_layers();
  Sample song{.name = std::to_string(frames),
              .target_latents = Storage(DType::f32, {frames, model.audio_acoustic_hidden_dim}),
              .context_latents = Storage(DType::f32, {frames, model.context_channels()}),
              .encoder_hidden_states = Storage(DType::f32, {tokens, model.condition_size})};
  fill_normals(song.target_latents.tensor(), seed, 1);
  fill_normals(song.context_latents.tensor(), seed + 1, 1);
  fill_normals(song.encoder_hidden_states.tensor(), seed + 2, 1);
  return song;
}

/// The first frames of one row of a batch's noise.
Storage noise_of(const Storage& together, int64_t row, int64_t frames) {
  const ConstTensor whole = together.view().slice(0, row, row + 1).slice(1, 0, frames);
  Storage own(DType::f32, {1, frames, whole.dim(2)});
  std::copy_n(whole.data<float>(), own.view().numel(), own.tensor().data<float>());
  return own;
}

TEST("micro step: norms add and gate for the branches beside them, layer to layer, and whatever is kept changes no bit") {
  Stream stream(device_under_test(), std::make_shared<ThreadPool>(2));
  const Sample song = song_of(13, 5, 300);
  const Storage noise(DType::f32, {1, 13, two_layers().audio_acoustic_hidden_dim});
  fill_normals(noise.tensor(), 310, 1);
  struct Case {
    KeptParts parts;  // of the lower layer; the upper one keeps all
    int64_t gated_adds;
  };
  std::vector<double> first;
  for (const Case& c : {Case{{}, 0}, Case{{.derived = true}, 0}, Case{{.mlp = false}, 0}, Case{{.cross_attn = false}, 1},
                        Case{{.self_attn = false}, 1}, Case{kKeepNothing, 1}}) {
    Lesson lesson(stream);
    Tally tally;
    stream.attach(&tally);
    lesson.learn({&song}, noise, 1, Padding::masked, {c.parts, {}});
    stream.attach(nullptr);
    const auto calls = [&](std::string_view op) {
      int64_t count = 0;
      for (const Tally::Row& row : tally.rows()) count += row.op == op ? row.calls : 0;
      return count;
    };
    EXPECT(calls("gated_add") == c.gated_adds);
    EXPECT(calls("gated_add_backward") == 0);
    std::vector<double> gradients;
    for (const Storage& g : lesson.gradients())
      for (int64_t i = 0; i < g.view().numel(); ++i) gradients.push_back(element_at(g.view(), i));
    if (first.empty()) first = gradients;
    EXPECT(gradients == first);
  }
}

TEST("micro step: a batch of songs and conditions of unequal lengths is the mean of its songs, losses and gradients alike") {
  Stream stream(device_under_test(), std::make_shared<ThreadPool>(2));
  const Sample longer = song_of(24, 5, 10), shorter = song_of(17, 11, 20);
  Storage noise(DType::f32, {2, 24, two_layers().audio_acoustic_hidden_dim});
  fill_normals(noise.tensor(), 30, 1);

  Lesson together(stream), apart(stream), upstream(stream);
  const double loss = together.learn({&longer, &shorter}, noise, 1);
  const double first = apart.learn({&longer}, noise_of(noise, 0, 24), 0.5),
               second = apart.learn({&shorter}, noise_of(noise, 1, 17), 0.5);
  EXPECT(std::abs(loss - (first + second) / 2) <= 1e-6 * loss);
  const std::vector<Storage> batched = together.gradients(), summed = apart.gradients();
  for (size_t i = 0; i < batched.size(); ++i) EXPECT_REL_L2(batched[i].view(), summed[i].view(), 1e-5);

  // As upstream counts padding they are others.
  EXPECT(std::abs(upstream.learn({&longer, &shorter}, noise, 1, Padding::upstream) - loss) > 1e-3 * loss);
}

}  // namespace
}  // namespace sidestep
