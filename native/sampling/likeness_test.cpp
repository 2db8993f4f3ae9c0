#include "sampling/likeness.h"

#include <cmath>

#include "core/philox.h"
#include "testing/test.h"

namespace sidestep {
namespace {

constexpr int64_t kChannels = 5;

/// Noise that drifts, with its own level in each channel.
Storage piece(uint64_t seed, int64_t frames) {
  Storage out(DType::f32, {frames, kChannels});
  auto* data = out.tensor().data<float>();
  for (int64_t i = 0; i < out.view().numel(); ++i) {
    const float before = i < kChannels ? 0 : data[i - kChannels];
    data[i] = 0.7F * before + normal({.seed = seed, .purpose = Purpose::fixture}, static_cast<uint64_t>(i));
  }
  for (int64_t i = 0; i < out.view().numel(); ++i) data[i] += 10 * static_cast<float>(i % kChannels);
  return out;
}

/// The definition, window by window, in float64.
Likeness by_definition(ConstTensor clip, ConstTensor song, int64_t size) {
  const auto centred = [size](ConstTensor of, int64_t first) {
    std::vector<double> out(static_cast<size_t>(size * kChannels));
    for (int64_t c = 0; c < kChannels; ++c) {
      double mean = 0;
      for (int64_t t = 0; t < size; ++t) mean += static_cast<double>(of.data<float>()[(first + t) * kChannels + c]);
      mean /= static_cast<double>(size);
      for (int64_t t = 0; t < size; ++t)
        out[static_cast<size_t>(t * kChannels + c)] = static_cast<double>(of.data<float>()[(first + t) * kChannels + c]) - mean;
    }
    return out;
  };
  const auto dot = [](const std::vector<double>& a, const std::vector<double>& b) {
    double sum = 0;
    for (size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
    return sum;
  };
  Likeness best;
  for (int64_t a = 0; a + size <= clip.shape()[0]; ++a) {
    for (int64_t b = 0; b + size <= song.shape()[0]; ++b) {
      const auto x = centred(clip, a), y = centred(song, b);
      const double similarity = dot(x, y) / std::sqrt(dot(x, x) * dot(y, y));
      if (similarity > best.similarity) best = {similarity, a, b};
    }
  }
  return best;
}

TEST("likeness: the closest passage is that of the definition, also over several blocks of windows") {
  Stream stream({}, std::make_shared<ThreadPool>(2));
  struct Case {
    int64_t clip, song, window;
  };
  for (const auto& [clip_frames, song_frames, window] : {Case{40, 61, 17}, Case{9, 33, 17}, Case{560, 21, 7}}) {
    const Storage clip = piece(1, clip_frames), song = piece(2, song_frames);
    const Likeness found = closest_passage(clip.view(), song.view(), window, stream);
    const Likeness expected = by_definition(clip.view(), song.view(), std::min({window, clip_frames, song_frames}));
    EXPECT(std::abs(found.similarity - expected.similarity) < 1e-4);  // sums of f32 products of levels up to 40
    EXPECT(found.clip_frame == expected.clip_frame && found.song_frame == expected.song_frame);
  }
}

TEST("likeness: a passage of the song is found where it was taken, louder and at another level too") {
  Stream stream({}, std::make_shared<ThreadPool>(2));
  const Storage song = piece(3, 200);
  Storage clip = piece(4, 60);
  for (int64_t i = 0; i < 30 * kChannels; ++i)
    clip.tensor().data<float>()[20 * kChannels + i] = 3 * song.view().data<float>()[90 * kChannels + i] - 7;
  const Likeness found = closest_passage(clip.view(), song.view(), 25, stream);
  EXPECT(found.similarity > 0.999);
  EXPECT(found.song_frame - found.clip_frame == 70);
  EXPECT(closest_passage(piece(5, 60).view(), song.view(), 25, stream).similarity < 0.6);
}

TEST("likeness: silence is like nothing, and what cannot be compared is refused") {
  Stream stream({}, std::make_shared<ThreadPool>(2));
  const Storage song = piece(6, 100);
  Storage quiet(DType::f32, {50, kChannels});
  for (int64_t i = 0; i < quiet.view().numel(); ++i) quiet.tensor().data<float>()[i] = static_cast<float>(i % kChannels);
  EXPECT(closest_passage(quiet.view(), song.view(), 25, stream).similarity == 0);
  const Storage narrow(DType::f32, {50, 3});
  EXPECT_ERROR(closest_passage(narrow.view(), song.view(), 25, stream), "native/shape-mismatch");
  EXPECT_ERROR(closest_passage(song.view(), song.view(), 0, stream), "native/shape-mismatch");
}

}  // namespace
}  // namespace sidestep
