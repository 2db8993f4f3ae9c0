#pragma once
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "adapters/config.h"
#include "core/json.h"
#include "core/option_defaults.generated.h"
#include "core/stream.h"
#include "models/dit.h"
#include "training/estimate_run.h"
#include "training/memory_plan.h"
#include "training/micro_step.h"
#include "training/spectrum.h"

namespace sidestep {

enum class EstimateMethod : uint8_t { gradient, fisher };
enum class Granularity : uint8_t { module, layer };

/// Names and defaults as in schema/stage.estimate.schema.json.
struct EstimateOptions {
  EstimateMethod method = EstimateMethod::gradient;
  AdapterConfig targets{};  ///< target_modules, attention_type, target_mlp are read
  int64_t batches = 0;      ///< 0: by method and songs, see `resolved`
  int64_t batch_size = defaults::estimate::batch_size;
  int64_t top_k = defaults::estimate::top_k;
  Granularity granularity = Granularity::module;
  double cfg_dropout = defaults::estimate::cfg_dropout;
  double timestep_low = defaults::estimate::timestep_range[0], timestep_high = defaults::estimate::timestep_range[1];
  int64_t runs = 0;                                                                 ///< fisher; 0: by songs, see `resolved`
  int64_t convergence_patience = defaults::estimate::fisher::convergence_patience;  ///< fisher; 0: every batch is measured
  bool skips_out_of_memory = false;                                                 ///< fisher
  int64_t base_rank = defaults::estimate::fisher::base_rank, min_rank = defaults::estimate::fisher::min_rank;
  int64_t max_rank = defaults::estimate::fisher::max_rank, rank_multiple = defaults::estimate::fisher::rank_multiple;
  double energy = defaults::estimate::fisher::energy;
  double select_share = defaults::estimate::fisher::select_share;
  double min_category_share = defaults::estimate::fisher::min_category_share;  ///< of each category's modules, one at least
  uint64_t seed = defaults::estimate::seed;
};
/// Throws train/option-unknown, train/option-invalid.
EstimateOptions estimate_options_from_json(const Json& json);
/// With what is left open filled in, for so many songs: 5 batches of gradients; of Fisher information as many as show every song
/// once, 50 at most, in 2 runs up to 10 songs and in 3 beyond. As upstream.
EstimateOptions resolved(EstimateOptions options, int64_t samples);

/// Squared L2 norm of the full-weight gradient of every chosen module for one batch, from one backward pass. Gradients are
/// formed one module at a time in scratch memory and never kept.
class GradientProbe {
 public:
  GradientProbe(Dit& model, const std::vector<std::string>& modules, Stream& stream);
  ~GradientProbe();
  GradientProbe(const GradientProbe&) = delete;
  GradientProbe& operator=(const GradientProbe&) = delete;

  struct Result {
    double loss = 0;
    std::vector<double> squares;  ///< in the order of `modules`
  };
  Result measure(const Batch& batch, const Draws& draws, Padding padding, Workspace work,
                 DeviceKind planned_for = DeviceKind::cpu);

 private:
  struct Probe;
  Dit& model_;
  std::vector<Linear*> layers_;
  std::vector<std::shared_ptr<Probe>> probes_;
};

struct BatchShape {
  int64_t batch_size = 1, frames = 0, tokens = 0;
};
struct ProbeRequest {
  const DitConfig& model;
  DType compute_dtype;
  std::optional<DType> stored{};  ///< what the checkpoint holds, where that is how matrices are kept
  const std::vector<std::string>& modules;
  BatchShape shape{};
  DeviceKind device = DeviceKind::cpu;  ///< planned for
};
/// What `GradientProbe::measure` takes for such a batch, the frozen model included. Gradients of a module are scratch, so there
/// are no adapter or optimizer bytes.
MemoryPlan plan_probe(const ProbeRequest& request);

/// The rank rule: modules in the top `select_share` by Fisher information, at least `min_category_share` of each of
/// self-attention, cross-attention and MLP (one at least), rank = base * sqrt(f / median f * s / median s) rounded half to even
/// to a multiple, clamped; alpha = 2 rank.
struct RankAssignment {
  std::vector<std::string> modules;  ///< selected, most informative first
  std::map<std::string, int64_t> rank_pattern;
  std::map<std::string, double> alpha_pattern;
};
RankAssignment assign_ranks(const std::vector<std::string>& modules, const std::vector<double>& fisher,
                            const std::vector<int64_t>& effective_ranks, const EstimateOptions& options);

struct ModuleEstimate {
  std::string module;
  double score = 0;            ///< mean gradient norm, or mean Fisher information
  double deviation = 0;        ///< fisher: sample standard deviation over runs
  int64_t effective_rank = 0;  ///< fisher
  int64_t rank = 0;            ///< fisher, selected modules: the rank given
};
struct EstimateReport {
  std::vector<ModuleEstimate> modules;  ///< highest score first
  std::vector<std::string> selected;    ///< module names for an adapter's `modules`
  std::map<std::string, int64_t> rank_pattern{};
  std::map<std::string, double> alpha_pattern{};
  double mean_loss = 0;
  std::vector<RunScores> runs{};  ///< fisher
};
/// The JSON file an estimate stage writes.
Json estimate_to_json(const EstimateReport& report, const EstimateOptions& options);

struct EstimateSetup {
  std::filesystem::path model_folder;
  std::vector<SampleFiles> samples;
  EstimateOptions options;
  DType compute_dtype = DType::f32;
  DeviceKind device = DeviceKind::cpu;  ///< planned for
};
/// A batch as long as the longest samples, from file headers. Throws train/no-samples and what opening throws.
BatchShape longest_batch(const EstimateSetup& setup);
/// What an estimate on such batches takes on its device; nothing is loaded.
MemoryPlan plan_estimate(const EstimateSetup& setup, const BatchShape& shape);

using EstimateProgress = std::function<void(int64_t batches_done, int64_t batches_total)>;
/// Throws what loading throws; train/no-samples. Progress is reported after each batch; the stream's cancel flag is checked.
EstimateReport estimate(const EstimateSetup& setup, Stream& stream, const EstimateProgress& progress = {});

}  // namespace sidestep
