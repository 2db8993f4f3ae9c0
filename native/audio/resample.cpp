#include "audio/resample.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "audio/resample_filter.h"
#include "core/error.h"
#include "core/names.h"

namespace sidestep::audio {

namespace {

constexpr int64_t kFastestRate = 768000;
constexpr int64_t kTaskOutputs = 1024;

typedef float Four __attribute__((vector_size(16)));

Four load(const float* p) {
  Four v;
  std::memcpy(&v, p, sizeof v);
  return v;
}

/// Sum of a[i] * b[i]; n is a multiple of 16. Sixteen sums run side by side and are added at the end, in double.
float dot(const float* a, const float* b, int64_t n) {
  Four sums[4] = {};
  for (int64_t i = 0; i < n; i += 16) {
    for (int64_t j = 0; j < 4; ++j) sums[j] += load(a + i + 4 * j) * load(b + i + 4 * j);
  }
  double total = 0;
  for (const Four& sum : sums) {
    for (int lane = 0; lane < 4; ++lane) total += static_cast<double>(sum[lane]);
  }
  return static_cast<float>(total);
}

void check(const ResampleSpec& spec) {
  const auto valid = [](int64_t rate) { return rate >= 1 && rate <= kFastestRate; };
  if (valid(spec.from) && valid(spec.to) && spec.channels >= 1) return;
  throw Error("native/argument-invalid",
              "resample: expected rates from 1 to " + std::to_string(kFastestRate) + " and at least one channel, found " +
                  std::to_string(spec.from) + " to " + std::to_string(spec.to) + " with " + std::to_string(spec.channels),
              "The audio file's header may be damaged.");
}

}  // namespace

ResampleFilter resample_filter(const std::string& name) {
  static constexpr Names<ResampleFilter, 2> kFilters{
      {{"soxr_hq", ResampleFilter::soxr_hq}, {"sinc_hann", ResampleFilter::sinc_hann}}};
  if (const ResampleFilter* filter = kFilters.find(name)) return *filter;
  throw Error("native/argument-invalid",
              "Expected the resampler to be one of " + kFilters.listed() + " but found \"" + name + "\"");
}

struct Resampler::State {
  ResampleSpec spec;
  PolyphaseFilter filter;
  std::vector<std::vector<float>> pending;  ///< a channel each, inputs first_pending …
  int64_t first_pending = 0;                ///< may be negative: silence before the signal
  int64_t received = 0, produced = 0;

  /// Outputs whose last tap lies before input `end`.
  int64_t outputs_before(int64_t end) const {
    // whole(k) + half < end, whole(k) = floor(k * step / phases)
    const int64_t whole = end - filter.half;
    return whole <= 0 ? 0 : (whole * filter.phases + filter.step - 1) / filter.step;
  }

  void append(const ConstTensor& piece) {
    for (int64_t c = 0; c < spec.channels; ++c) {
      const float* from = piece.data<float>() + c * piece.stride(0);
      auto& to = pending[static_cast<size_t>(c)];
      to.insert(to.end(), from, from + piece.dim(1));
    }
    received += piece.dim(1);
  }

  Storage produce(int64_t until, ThreadPool& pool) {
    const int64_t count = std::max<int64_t>(0, until - produced);
    Storage out(DType::f32, {spec.channels, count});
    for (auto& channel : pending) channel.resize(channel.size() + 16);  // rows are padded: their zero taps read this
    const int64_t tasks = (count + kTaskOutputs - 1) / kTaskOutputs;
    pool.parallel_for(spec.channels * tasks, [&](int64_t task) {
      const int64_t c = task / tasks, begin = task % tasks * kTaskOutputs, end = std::min(count, begin + kTaskOutputs);
      const std::vector<float>& in = pending[static_cast<size_t>(c)];
      float* to = out.tensor().data<float>() + c * count;
      for (int64_t i = begin; i < end; ++i) {
        const int64_t position = (produced + i) * filter.step, phase = position % filter.phases;
        const int64_t first = position / filter.phases - filter.half + 1 - first_pending;
        to[i] = dot(in.data() + first, filter.table.data() + phase * filter.taps, filter.taps);
      }
    });
    for (auto& channel : pending) channel.resize(channel.size() - 16);
    produced += count;
    drop_passed();
    return out;
  }

  void drop_passed() {
    const int64_t needed = produced * filter.step / filter.phases - filter.half + 1;
    const int64_t passed = std::min(needed - first_pending, static_cast<int64_t>(pending.front().size()));
    if (passed <= 0) return;
    for (auto& channel : pending) channel.erase(channel.begin(), channel.begin() + passed);
    first_pending += passed;
  }
};

Resampler::Resampler(const ResampleSpec& spec) : state_(std::make_unique<State>()) {
  check(spec);
  state_->spec = spec;
  state_->filter = design_filter(spec.from, spec.to, spec.filter);
  const int64_t before = state_->filter.half - 1;
  state_->pending.assign(static_cast<size_t>(spec.channels), std::vector<float>(static_cast<size_t>(before)));
  state_->first_pending = -before;
}

Resampler::~Resampler() = default;

Storage Resampler::push(const ConstTensor& piece, ThreadPool& pool) {
  State& s = *state_;
  if (piece.rank() != 2 || piece.dim(0) != s.spec.channels || piece.dtype() != DType::f32 ||
      (piece.dim(1) > 1 && piece.stride(1) != 1)) {
    throw Error("native/shape-mismatch", "resample: expected F32 [" + std::to_string(s.spec.channels) + ", samples], found " +
                                             std::string(dtype_name(piece.dtype())) + " " + piece.shape().to_string());
  }
  s.append(piece);
  // Not beyond the signal's own end, should it end here.
  const int64_t complete = (s.received * s.filter.phases + s.filter.step - 1) / s.filter.step;
  return s.produce(std::min(s.outputs_before(s.received), complete), pool);
}

Storage Resampler::finish(ThreadPool& pool) {
  State& s = *state_;
  for (auto& channel : s.pending) channel.resize(channel.size() + static_cast<size_t>(2 * s.filter.half));
  return s.produce((s.received * s.filter.phases + s.filter.step - 1) / s.filter.step, pool);
}

Storage resample(const ConstTensor& signal, int64_t from, int64_t to, ResampleFilter filter, ThreadPool& pool) {
  Resampler resampler({from, to, signal.dim(0), filter});
  const Storage body = resampler.push(signal, pool), tail = resampler.finish(pool);
  const int64_t n = body.view().dim(1), m = tail.view().dim(1);
  Storage all(DType::f32, {signal.dim(0), n + m});
  for (int64_t c = 0; c < signal.dim(0); ++c) {
    float* to_row = all.tensor().data<float>() + c * (n + m);
    std::copy_n(body.view().data<float>() + c * n, n, to_row);
    std::copy_n(tail.view().data<float>() + c * m, m, to_row + n);
  }
  return all;
}

}  // namespace sidestep::audio
