#include <algorithm>
#include <cmath>
#include <numeric>

#include "training/estimate.h"

namespace sidestep {

namespace {

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const size_t middle = values.size() / 2;
  return values.size() % 2 == 0 ? (values[middle - 1] + values[middle]) / 2 : values[middle];
}

/// Python's round: halves go to the even neighbour. The default rounding mode of the machine does the same.
int64_t round_half_even(double value) { return static_cast<int64_t>(std::nearbyint(value)); }

bool in_category(const std::string& module, const std::string& category) {
  return module.find(category + ".") != std::string::npos;
}

/// Indices of the chosen modules: the top share, then the best of each category until it has its least share.
std::vector<size_t> choose(const std::vector<std::string>& modules, const std::vector<size_t>& ranked, const EstimateOptions& o) {
  const auto count = static_cast<size_t>(std::max(1.0, std::floor(static_cast<double>(ranked.size()) * o.select_share)));
  std::vector<bool> chosen(modules.size());
  for (size_t i = 0; i < count; ++i) chosen[ranked[i]] = true;
  for (const char* category : {"self_attn", "cross_attn", "mlp"}) {
    std::vector<size_t> members;
    std::copy_if(ranked.begin(), ranked.end(), std::back_inserter(members),
                 [&](size_t i) { return in_category(modules[i], category); });
    const double least = std::floor(static_cast<double>(members.size()) * o.min_category_share);
    const auto wanted = std::min(members.size(), static_cast<size_t>(std::max(1.0, least)));
    for (size_t i = 0; i < wanted; ++i) chosen[members[i]] = true;
  }
  std::vector<size_t> out;
  std::copy_if(ranked.begin(), ranked.end(), std::back_inserter(out), [&](size_t i) { return chosen[i]; });
  return out;
}

}  // namespace

RankAssignment assign_ranks(const std::vector<std::string>& modules, const std::vector<double>& fisher,
                            const std::vector<int64_t>& effective_ranks, const EstimateOptions& o) {
  std::vector<size_t> ranked(modules.size());
  std::iota(ranked.begin(), ranked.end(), size_t{0});
  std::stable_sort(ranked.begin(), ranked.end(), [&](size_t a, size_t b) { return fisher[a] > fisher[b]; });
  const std::vector<size_t> included = choose(modules, ranked, o);
  std::vector<double> f, s;
  for (const size_t i : included) {
    f.push_back(fisher[i]);
    s.push_back(static_cast<double>(effective_ranks[i]));
  }
  const double f_median = median(f) > 0 ? median(f) : 1e-12, s_median = median(s) > 0 ? median(s) : 1;
  RankAssignment out;
  for (const size_t i : included) {
    const double factor = fisher[i] / f_median * (static_cast<double>(effective_ranks[i]) / s_median);
    const double raw = static_cast<double>(o.base_rank) * std::sqrt(factor) / static_cast<double>(o.rank_multiple);
    const int64_t rank = std::clamp(round_half_even(raw) * o.rank_multiple, o.min_rank, o.max_rank);
    out.modules.push_back(modules[i]);
    out.rank_pattern[modules[i]] = rank;
    out.alpha_pattern[modules[i]] = 2 * static_cast<double>(rank);
  }
  return out;
}

}  // namespace sidestep
