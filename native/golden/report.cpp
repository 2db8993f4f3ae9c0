#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.h"
#include "core/memory.h"
#include "core/rel_l2.h"
#include "golden/golden.h"

namespace sidestep::golden {
namespace {

// A gradient below this share of the largest one is rounding noise relative to itself: it is measured against the largest.
constexpr double kTinyGradient = 1e-4;

void check_shapes(const std::string& name, ConstTensor actual, ConstTensor expected) {
  if (actual.numel() != expected.numel())
    throw Error("golden/shape-differs",
                name + ": expected " + expected.shape().to_string() + " but found " + actual.shape().to_string());
}

}  // namespace

void Report::add(const std::string& name, double error, double tolerance) { rows_.push_back({name, error, tolerance}); }

OnHost::OnHost(ConstTensor t) : view_(t) {
  if (t.device().kind != DeviceKind::cuda) return;
  copy_ = Storage(t.dtype(), t.shape());
  copy_bytes({}, copy_.tensor().raw(), t.device(), t.raw(), t.bytes());
  view_ = copy_.view();
}

void Report::compare(const std::string& name, ConstTensor actual, ConstTensor expected, double tolerance) {
  check_shapes(name, actual, expected);
  add(name, rel_l2(OnHost(actual), expected), tolerance);
}

void Report::equal(const std::string& name, ConstTensor actual, ConstTensor expected) {
  check_shapes(name, actual, expected);
  const OnHost host(actual);
  int64_t different = 0;
  for (int64_t i = 0; i < expected.numel(); ++i) different += element_at(host, i) != element_at(expected, i) ? 1 : 0;
  add(name, static_cast<double>(different), 0);
}

void Report::compare_gradients(const std::vector<std::pair<std::string, std::pair<ConstTensor, ConstTensor>>>& gradients,
                               Gradients which, double tolerance) {
  std::vector<SquaredDistance> distances;
  SquaredDistance all;
  double largest = 0;
  for (const auto& [name, pair] : gradients) {
    check_shapes(name, pair.first, pair.second);
    const SquaredDistance one = squared_distance(OnHost(pair.first), pair.second);
    all.difference += one.difference;
    all.reference += one.reference;
    largest = std::max(largest, std::sqrt(one.reference));
    distances.push_back(one);
  }
  add("all gradients", relative_error(all), tolerance);
  if (which == Gradients::all) return;
  for (size_t i = 0; i < gradients.size(); ++i) {
    const bool tiny = std::sqrt(distances[i].reference) < kTinyGradient * largest;
    const double error = tiny ? std::sqrt(distances[i].difference) / largest : relative_error(distances[i]);
    add(gradients[i].first, error, tolerance);
  }
}

// A report without a comparison has shown nothing.
bool Report::passed() const {
  return !rows_.empty() && std::all_of(rows_.begin(), rows_.end(), [](const Row& row) { return row.passed(); });
}

const Report::Row* Report::worst() const {
  const auto severity = [](const Row& row) {
    if (std::isnan(row.error)) return std::numeric_limits<double>::infinity();
    if (row.tolerance > 0) return row.error / row.tolerance;
    return row.error > 0 ? std::numeric_limits<double>::max() : 0.0;
  };
  const auto found =
      std::max_element(rows_.begin(), rows_.end(), [&](const Row& a, const Row& b) { return severity(a) < severity(b); });
  return found == rows_.end() ? nullptr : &*found;
}

}  // namespace sidestep::golden
