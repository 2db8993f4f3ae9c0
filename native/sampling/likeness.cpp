#include "sampling/likeness.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/error.h"
#include "ops/gemm.h"

namespace sidestep {

namespace {

constexpr double kLeastVariation = 0.05;  // of the song's windows on average
constexpr int64_t kRows = 512;            // windows of the clip that are looked at together

/// Without each channel's mean: its own level changes nothing here, and would cost digits of the products.
Storage centred(ConstTensor piece) {
  const int64_t frames = piece.shape()[0], channels = piece.shape()[1];
  Storage out(DType::f32, piece.shape());
  for (int64_t c = 0; c < channels; ++c) {
    double sum = 0;
    for (int64_t t = 0; t < frames; ++t) sum += static_cast<double>(piece.data<float>()[t * channels + c]);
    const auto mean = static_cast<float>(sum / static_cast<double>(frames));
    for (int64_t t = 0; t < frames; ++t)
      out.tensor().data<float>()[t * channels + c] = piece.data<float>()[t * channels + c] - mean;
  }
  return out;
}

/// All windows of one piece: their channels' means, and what is left of their energy without these.
struct Windows {
  Storage means;                   ///< [count, C] f32
  std::vector<double> variations;  ///< sum of squares about the means

  int64_t count() const { return static_cast<int64_t>(variations.size()); }
};

Windows windows_of(ConstTensor piece, int64_t size) {
  const int64_t frames = piece.shape()[0], channels = piece.shape()[1], count = frames - size + 1;
  Windows out{Storage(DType::f32, {count, channels}), std::vector<double>(static_cast<size_t>(count))};
  std::vector<double> squares(static_cast<size_t>(frames + 1));
  std::vector<double> sums(static_cast<size_t>(channels));
  const auto* x = piece.data<float>();
  for (int64_t t = 0; t < frames; ++t) {
    double square = 0;
    for (int64_t c = 0; c < channels; ++c)
      square += static_cast<double>(x[t * channels + c]) * static_cast<double>(x[t * channels + c]);
    squares[static_cast<size_t>(t + 1)] = squares[static_cast<size_t>(t)] + square;
  }
  auto* means = out.means.tensor().data<float>();
  for (int64_t t = 0; t < frames; ++t) {
    for (int64_t c = 0; c < channels; ++c) {
      double& sum = sums[static_cast<size_t>(c)];
      sum += static_cast<double>(x[t * channels + c]);
      if (t >= size) sum -= static_cast<double>(x[(t - size) * channels + c]);
    }
    const int64_t first = t - size + 1;
    if (first < 0) continue;
    double of_means = 0;
    for (int64_t c = 0; c < channels; ++c) {
      const double mean = sums[static_cast<size_t>(c)] / static_cast<double>(size);
      means[first * channels + c] = static_cast<float>(mean);
      of_means += mean * mean;
    }
    const double energy = squares[static_cast<size_t>(t + 1)] - squares[static_cast<size_t>(first)];
    out.variations[static_cast<size_t>(first)] = energy - static_cast<double>(size) * of_means;
  }
  return out;
}

double mean_of(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

Storage products(ConstTensor a, ConstTensor b, Stream& stream) {
  Storage out(DType::f32, {a.shape()[0], b.shape()[0]});
  gemm({.a = a, .b = b, .c = out.tensor(), .trans_b = Transpose::yes}, stream);
  return out;
}

void check_pieces(ConstTensor clip, ConstTensor song, int64_t window) {
  const bool matrices = clip.shape().rank() == 2 && song.shape().rank() == 2;
  if (!matrices || clip.shape()[1] != song.shape()[1] || clip.shape()[0] < 1 || song.shape()[0] < 1 || window < 1) {
    throw Error("native/shape-mismatch", "Expected latents of equally many channels and a window of a frame at least, found " +
                                             clip.shape().to_string() + ", " + song.shape().to_string() + " and " +
                                             std::to_string(window));
  }
  if (clip.dtype() != DType::f32 || song.dtype() != DType::f32) throw Error("native/dtype-mismatch", "Expected latents in F32");
}

/// The search over some rows: windows of the clip from `first` on.
class Search {
 public:
  Search(ConstTensor clip, ConstTensor song, int64_t size, Stream& stream)
      : clip_(centred(clip)),
        song_(centred(song)),
        size_(size),
        stream_(stream),
        own_(windows_of(clip_.view(), size)),
        others_(windows_of(song_.view(), size)) {
    least_ = kLeastVariation * mean_of(others_.variations);
  }

  Likeness best() {
    for (int64_t first = 0; first < own_.count(); first += kRows) look_at(first, std::min(kRows, own_.count() - first));
    return best_;
  }

 private:
  void look_at(int64_t first, int64_t rows) {
    stream_.throw_if_cancelled();
    const Storage frames = products(clip_.view().slice(0, first, first + rows + size_ - 1), song_.view(), stream_);
    const Storage means = products(own_.means.view().slice(0, first, first + rows), others_.means.view(), stream_);
    const auto* s = frames.view().data<float>();
    const int64_t stride = song_.view().shape()[0], count = others_.count();
    std::vector<double> sums(static_cast<size_t>(count)), next(static_cast<size_t>(count));
    const auto whole = [&](int64_t row, int64_t column) {
      double sum = 0;
      for (int64_t k = 0; k < size_; ++k) sum += static_cast<double>(s[(row + k) * stride + column + k]);
      return sum;
    };
    for (int64_t b = 0; b < count; ++b) sums[static_cast<size_t>(b)] = whole(0, b);
    for (int64_t row = 0; row < rows; ++row) {
      judge(first + row, sums, means.view().data<float>() + row * count);
      if (row + 1 == rows) break;
      next[0] = whole(row + 1, 0);
      for (int64_t b = 0; b + 1 < count; ++b) {
        next[static_cast<size_t>(b + 1)] = sums[static_cast<size_t>(b)] +
                                           static_cast<double>(s[(row + size_) * stride + b + size_]) -
                                           static_cast<double>(s[row * stride + b]);
      }
      std::swap(sums, next);
    }
  }

  void judge(int64_t row, const std::vector<double>& sums, const float* means) {
    const double own = own_.variations[static_cast<size_t>(row)];
    if (own <= least_) return;
    for (size_t b = 0; b < sums.size(); ++b) {
      const double other = others_.variations[b];
      if (other <= least_) continue;
      const double similarity = (sums[b] - static_cast<double>(size_) * static_cast<double>(means[b])) / std::sqrt(own * other);
      if (similarity > best_.similarity) best_ = {similarity, row, static_cast<int64_t>(b)};
    }
  }

  Storage clip_, song_;
  int64_t size_;
  Stream& stream_;
  Windows own_, others_;
  double least_ = 0;
  Likeness best_;
};

}  // namespace

Likeness closest_passage(ConstTensor clip, ConstTensor song, int64_t window, Stream& stream) {
  check_pieces(clip, song, window);
  const int64_t size = std::min({window, clip.shape()[0], song.shape()[0]});
  return Search(clip, song, size, stream).best();
}

}  // namespace sidestep
