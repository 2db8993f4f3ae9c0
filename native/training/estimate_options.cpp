#include <algorithm>

#include "core/error.h"
#include "training/estimate.h"

namespace sidestep {

namespace {

[[noreturn]] void invalid(const std::string& field, const std::string& expected, const Json& found) {
  throw Error("train/option-invalid", field + ": expected " + expected + ", found " + found.dump());
}

bool read_out_of_memory(const Json& value) {
  if (value.as_string() == "fail") return false;
  if (value.as_string() == "skip") return true;
  invalid("fisher.out_of_memory", "fail or skip", value);
}

void read_fisher(const Json& json, EstimateOptions& o) {
  for (const auto& [field, value] : json.as_object()) {
    if (field == "runs")
      o.runs = value.as_int();
    else if (field == "convergence_patience")
      o.convergence_patience = value.as_int();
    else if (field == "out_of_memory")
      o.skips_out_of_memory = read_out_of_memory(value);
    else if (field == "base_rank")
      o.base_rank = value.as_int();
    else if (field == "min_rank")
      o.min_rank = value.as_int();
    else if (field == "max_rank")
      o.max_rank = value.as_int();
    else if (field == "rank_multiple")
      o.rank_multiple = value.as_int();
    else if (field == "energy")
      o.energy = value.as_number();
    else if (field == "select_share")
      o.select_share = value.as_number();
    else if (field == "min_category_share")
      o.min_category_share = value.as_number();
    else
      throw Error("train/option-unknown", "fisher." + field + " is no option of an estimate stage");
  }
}

bool is_target(const std::string& field) {
  return field == "attention_type" || field == "target_modules" || field == "target_mlp";
}

void read_range(const Json& value, EstimateOptions& o) {
  if (value.as_array().size() != 2) invalid("timestep_range", "two numbers", value);
  o.timestep_low = value.as_array()[0].as_number();
  o.timestep_high = value.as_array()[1].as_number();
  if (!(o.timestep_low >= 0 && o.timestep_low < o.timestep_high && o.timestep_high <= 1)) {
    invalid("timestep_range", "two growing numbers from 0 to 1", value);
  }
}

EstimateMethod read_method(const Json& value) {
  if (value.as_string() == "gradient") return EstimateMethod::gradient;
  if (value.as_string() == "fisher") return EstimateMethod::fisher;
  invalid("method", "gradient or fisher", value);
}

Granularity read_granularity(const Json& value) {
  if (value.as_string() == "module") return Granularity::module;
  if (value.as_string() == "layer") return Granularity::layer;
  invalid("granularity", "module or layer", value);
}

}  // namespace

EstimateOptions estimate_options_from_json(const Json& json) {
  EstimateOptions o;
  Json::Object targets{{"type", "lora"}};
  for (const auto& [field, value] : json.as_object()) {
    if (value.is_null() || field == "model" || field == "tensors" || field == "precision") continue;
    if (is_target(field))
      targets[field] = value;
    else if (field == "method")
      o.method = read_method(value);
    else if (field == "granularity")
      o.granularity = read_granularity(value);
    else if (field == "batches")
      o.batches = value.as_int();
    else if (field == "batch_size")
      o.batch_size = value.as_int();
    else if (field == "top_k")
      o.top_k = value.as_int();
    else if (field == "cfg_dropout")
      o.cfg_dropout = value.as_number();
    else if (field == "timestep_range")
      read_range(value, o);
    else if (field == "fisher")
      read_fisher(value, o);
    else if (field == "seed")
      o.seed = static_cast<uint64_t>(value.as_int());
    else
      throw Error("train/option-unknown", field + " is no option of an estimate stage");
  }
  o.targets = adapter_config_from_json(targets);
  for (const int64_t positive : {o.batch_size, o.top_k, o.rank_multiple}) {
    if (positive < 1) invalid("batch_size, top_k, fisher.rank_multiple", "positive integers", positive);
  }
  for (const int64_t count : {o.batches, o.runs, o.convergence_patience}) {
    if (count < 0) invalid("batches, fisher.runs, fisher.convergence_patience", "no negative number", count);
  }
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
