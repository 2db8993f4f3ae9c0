#include "training/estimate.h"

#include <cmath>

#include "core/philox.h"
#include "testing/temporary_folder.h"
#include "testing/test.h"

namespace sidestep {
namespace {

TEST("spectrum: energies sum to the squared norm, and a product of low rank shows its rank") {
  Stream stream(testing::device_under_test(), std::make_shared<ThreadPool>(2));
  for (const Shape& shape : {Shape{1, 1}, Shape{5, 3}, Shape{37, 64}, Shape{90, 90}}) {
    const Storage weight(DType::f32, shape);
    double total = 0;
    for (int64_t i = 0; i < shape.numel(); ++i) {
      const float value = normal({.seed = 4, .purpose = Purpose::fixture}, static_cast<uint64_t>(i));
      weight.tensor().data<float>()[i] = value;
      total += static_cast<double>(value) * static_cast<double>(value);
    }
    const std::vector<double> energies = singular_energies(weight.view(), stream);
    EXPECT(static_cast<int64_t>(energies.size()) == std::min(shape[0], shape[1]));
    double sum = 0;
    for (const double e : energies) sum += e;
    EXPECT(std::abs(sum - total) < 1e-10 * total);
  }
  const Storage low(DType::f32, {20, 30});
  for (int64_t i = 0; i < 20; ++i) {
    for (int64_t j = 0; j < 30; ++j) {
      low.tensor().data<float>()[i * 30 + j] =
          static_cast<float>(std::sin(0.7 * static_cast<double>(i)) * static_cast<double>(j) +
                             std::cos(1.3 * static_cast<double>(i * i)) * static_cast<double>(j % 3));
    }
  }
  const std::vector<double> energies = singular_energies(low.view(), stream);
  EXPECT(energies[1] > 1e-3 && energies[2] < 1e-9 * energies[0]);
  EXPECT(effective_rank(Storage(DType::f32, {4, 4}).view(), 0.95, stream) == 1);
}

TEST("rank rule: each category keeps its best, ranks are multiples within bounds") {
  const std::vector<std::string> modules{"layers.0.self_attn.q_proj", "layers.0.self_attn.v_proj", "layers.0.cross_attn.q_proj",
                                         "layers.0.mlp.up_proj", "layers.1.self_attn.q_proj"};
  EstimateOptions options;
  options.select_share = 0.4;
  const RankAssignment assigned = assign_ranks(modules, {100, 10, 0.1, 0.01, 1}, {10, 10, 10, 10, 10}, options);
  EXPECT(assigned.modules.size() == 4);  // two of the top, the best of cross-attention, the best of the MLP
  EXPECT(assigned.modules.front() == modules[0]);
  EXPECT(assigned.rank_pattern.at(modules[0]) == 128);
  EXPECT(assigned.rank_pattern.at(modules[3]) == 16);
  EXPECT(assigned.alpha_pattern.at(modules[3]) == 32);
}

TEST("estimate: options by name, unknown ones refused") {
  const EstimateOptions o = estimate_options_from_json(Json::parse(
      R"({"method": "fisher", "granularity": "layer", "target_mlp": true, "timestep_range": [0, 0.4], "fisher": {"runs": 2}})"));
  EXPECT(o.method == EstimateMethod::fisher && o.granularity == Granularity::layer && o.targets.target_mlp && o.runs == 2);
  EXPECT_ERROR(estimate_options_from_json(Json::parse(R"({"metod": "fisher"})")), "train/option-unknown");
  EXPECT_ERROR(estimate_options_from_json(Json::parse(R"({"fisher": {"out_of_memory": "hope"}})")), "train/option-invalid");
  EXPECT_ERROR(estimate_options_from_json(Json::parse(R"({"fisher": {"convergence_patience": -1}})")), "train/option-invalid");
  EXPECT_ERROR(estimate_options_from_json(Json::parse(R"({"timestep_range": [1, 0]})")), "train/option-invalid");
}

TEST("estimate: runs and batches that are left open follow the number of songs, as upstream") {
  EstimateOptions fisher{.method = EstimateMethod::fisher};
  struct Case {
    int64_t songs, runs, batches;
  };
  for (const auto& [songs, runs, batches] :
       {Case{1, 2, 1}, Case{10, 2, 10}, Case{11, 3, 11}, Case{50, 3, 50}, Case{400, 3, 50}}) {
    const EstimateOptions o = resolved(fisher, songs);
    EXPECT(o.runs == runs && o.batches == batches);
  }
  EXPECT(resolved({.batch_size = 4}, 400).batches == 5);
  fisher.batch_size = 4;
  EXPECT(resolved(fisher, 9).batches == 3);
  fisher.batches = 7;
  fisher.runs = 1;
  EXPECT(resolved(fisher, 400).batches == 7 && resolved(fisher, 400).runs == 1);
}

TEST("estimate: both methods run on a tiny checkpoint, the same twice") {
  const std::filesystem::path golden = testing::golden_dir();
  const testing::TemporaryFolder place;
  const std::filesystem::path& folder = place.path;
  EstimateSetup setup;
  setup.model_folder = golden / "tiny_checkpoint" / "acestep-v15-turbo";
  for (const char* name : {"a_stereo48k", "b_mono44k"}) {
    const SafetensorsFile file(golden / "e2e" / (std::string(name) + ".safetensors"));
    const std::filesystem::path path = folder / (std::string(name) + ".safetensors");
    write_safetensors(path,
                      {{"target_latents", file.tensor("out/target_latents")},
                       {"context_latents", file.tensor("out/context_latents")},
                       {"encoder_hidden_states", file.tensor("out/encoder_hidden_states").slice(0, 0, 20)}},
                      {});
    setup.samples.emplace_back(path);
  }
  Stream stream(testing::device_under_test(), std::make_shared<ThreadPool>(2));
  for (const EstimateMethod method : {EstimateMethod::gradient, EstimateMethod::fisher}) {
    setup.options.method = method;
    setup.options.batches = 2;
    setup.options.runs = 2;
    setup.options.top_k = 5;
    int64_t told = 0;
    const EstimateReport report = estimate(setup, stream, [&](int64_t, int64_t total) { told = total; });
    EXPECT(told == (method == EstimateMethod::fisher ? 4 : 2));
    EXPECT(report.modules.front().score >= report.modules.back().score && report.modules.back().score > 0);
    EXPECT(method == EstimateMethod::fisher ? !report.rank_pattern.empty() : report.selected.size() == 5);
    const EstimateReport again = estimate(setup, stream);
    EXPECT(estimate_to_json(report, setup.options).dump() == estimate_to_json(again, setup.options).dump());
  }
}

}  // namespace
}  // namespace sidestep
