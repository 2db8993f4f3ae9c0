#include <algorithm>

#include "core/json_options.h"
#include "training/estimate.h"

namespace sidestep {

namespace {

const OptionArea kArea{"train/option-unknown", "train/option-invalid", "an estimate stage"};
const OptionReader kElsewhere;  // another part acts on it

enum class OutOfMemory : uint8_t { fail, skip };

constexpr Names<EstimateMethod, 2> kMethods{{{"gradient", EstimateMethod::gradient}, {"fisher", EstimateMethod::fisher}}};
constexpr Names<Granularity, 2> kGranularities{{{"module", Granularity::module}, {"layer", Granularity::layer}}};
constexpr Names<OutOfMemory, 2> kOutOfMemory{{{"fail", OutOfMemory::fail}, {"skip", OutOfMemory::skip}}};

// The defaults of EstimateOptions that are words in the schema.
static_assert(*kMethods.find(defaults::estimate::method) == EstimateMethod::gradient);
static_assert(*kGranularities.find(defaults::estimate::granularity) == Granularity::module);
static_assert(*kOutOfMemory.find(defaults::estimate::fisher::out_of_memory) == OutOfMemory::fail);

void read_fisher(const Json& json, EstimateOptions& o) {
  OutOfMemory out_of_memory = o.skips_out_of_memory ? OutOfMemory::skip : OutOfMemory::fail;
  read_options(kArea, "fisher", json,
               {{"runs", integer(o.runs, 0)},
                {"convergence_patience", integer(o.convergence_patience, 0)},
                {"out_of_memory", choice(out_of_memory, kOutOfMemory)},
                {"base_rank", integer(o.base_rank)},
                {"min_rank", integer(o.min_rank)},
                {"max_rank", integer(o.max_rank)},
                {"rank_multiple", integer(o.rank_multiple, 1)},
                {"energy", number(o.energy)},
                {"select_share", number(o.select_share)},
                {"min_category_share", number(o.min_category_share)}});
  o.skips_out_of_memory = out_of_memory == OutOfMemory::skip;
}

void read_range(const GivenOption& given, EstimateOptions& o) {
  const Json::Array& ends = given.value.as_array();
  if (ends.size() != 2) given.refuse("two numbers");
  o.timestep_low = ends[0].as_number();
  o.timestep_high = ends[1].as_number();
  if (!(o.timestep_low >= 0 && o.timestep_low < o.timestep_high && o.timestep_high <= 1))
    given.refuse("two growing numbers from 0 to 1");
}

}  // namespace

EstimateOptions estimate_options_from_json(const Json& json) {
  EstimateOptions o;
  Json::Object targets{{"type", "lora"}};
  const auto target = [&targets](const char* name) -> OptionReader {
    return [&targets, name](const GivenOption& given) { targets[name] = given.value; };
  };
  read_options(kArea, "", json,
               {{"model", kElsewhere},
                {"tensors", kElsewhere},
                {"precision", kElsewhere},
                {"attention_type", target("attention_type")},
                {"target_modules", target("target_modules")},
                {"target_mlp", target("target_mlp")},
                {"method", choice(o.method, kMethods)},
                {"granularity", choice(o.granularity, kGranularities)},
                {"batches", integer(o.batches, 0)},
                {"batch_size", integer(o.batch_size, 1)},
                {"top_k", integer(o.top_k, 1)},
                {"cfg_dropout", number(o.cfg_dropout)},
                {"timestep_range", [&o](const GivenOption& given) { read_range(given, o); }},
                {"fisher", [&o](const GivenOption& given) { read_fisher(given.value, o); }},
                {"seed", seed(o.seed)}});
  o.targets = adapter_config_from_json(targets);
  return o;
}

EstimateOptions resolved(EstimateOptions o, int64_t samples) {
  constexpr int64_t kGradientBatches = 5, kMostBatches = 50, kFewSongs = 10;
  const int64_t once = (samples + o.batch_size - 1) / o.batch_size;
  if (o.batches == 0) o.batches = o.method == EstimateMethod::fisher ? std::min(once, kMostBatches) : kGradientBatches;
  if (o.runs == 0) o.runs = samples <= kFewSongs ? 2 : 3;
  return o;
}

Json estimate_to_json(const EstimateReport& report, const EstimateOptions& options) {
  const bool fisher = options.method == EstimateMethod::fisher;
  Json::Array modules, selected;
  for (const ModuleEstimate& m : report.modules) {
    Json::Object item{{"module", m.module}, {"score", m.score}};
    if (fisher) {
      item["deviation"] = m.deviation;
      item["effective_rank"] = m.effective_rank;
      if (m.rank > 0) item["rank"] = m.rank;
    }
    modules.emplace_back(item);
  }
  for (const std::string& module : report.selected) selected.emplace_back(module);
  Json::Object out{
      {"method", fisher ? "fisher" : "gradient"}, {"modules", modules}, {"selected", selected}, {"mean_loss", report.mean_loss}};
  if (!fisher) return out;
  Json::Object ranks, alphas;
  for (const auto& [module, rank] : report.rank_pattern) ranks[module] = rank;
  for (const auto& [module, alpha] : report.alpha_pattern) alphas[module] = alpha;
  Json::Array runs;
  for (const RunScores& run : report.runs) {
    runs.emplace_back(Json::Object{{"batches", run.batches}, {"converged", run.converged}, {"out_of_memory", run.out_of_memory}});
  }
  out["runs"] = runs;
  out["rank_pattern"] = ranks;
  out["alpha_pattern"] = alphas;
  return out;
}

}  // namespace sidestep
