#include <cmath>
#include <numbers>
#include <vector>

#include "audio/loudness.h"
#include "audio/resample.h"
#include "core/philox.h"
#include "testing/test.h"

namespace sidestep::testing {
namespace {

using audio::ResampleFilter;

Storage sine(double frequency, double rate, int64_t samples, double amplitude = 1) {
  Storage signal(DType::f32, {2, samples});
  for (int64_t i = 0; i < 2 * samples; ++i) {
    const double t = static_cast<double>(i % samples) / rate;
    signal.tensor().data<float>()[i] = static_cast<float>(amplitude * std::sin(2 * std::numbers::pi * frequency * t));
  }
  return signal;
}

double rms(const ConstTensor& t, int64_t begin, int64_t end) {
  double total = 0;
  for (int64_t i = begin; i < end; ++i) total += std::pow(static_cast<double>(t.data<float>()[i]), 2);
  return std::sqrt(total / static_cast<double>(end - begin));
}

TEST("resample: a tone in the pass band keeps its wave, one beyond the new Nyquist frequency vanishes") {
  ThreadPool pool(2);
  const Storage tone = sine(9000, 44100, 44100), exact = sine(9000, 48000, 48000);
  const Storage result = audio::resample(tone.view(), 44100, 48000, ResampleFilter::soxr_hq, pool);
  EXPECT(result.view().shape() == (Shape{2, 48000}));
  EXPECT_REL_L2(result.view().slice(1, 500, 47500), exact.view().slice(1, 500, 47500), 1e-6);
  const Storage high = sine(30000, 96000, 96000);
  const Storage filtered = audio::resample(high.view(), 96000, 48000, ResampleFilter::soxr_hq, pool);
  EXPECT(rms(filtered.view(), 1000, 47000) < 2e-6);  // -114 dB: the 120 dB of the design, less float rounding
}

TEST("resample: pieces and threads do not change a bit; equal rates change nothing") {
  ThreadPool one(1), three(3);
  Storage signal(DType::f32, {2, 5000});
  for (int64_t i = 0; i < 10000; ++i) signal.tensor().data<float>()[i] = normal({1, Purpose::fixture}, static_cast<uint64_t>(i));
  for (const auto& [from, to] : {std::pair{44100, 48000}, std::pair{96000, 48000}, std::pair{7, 13}, std::pair{48000, 48000}}) {
    for (const ResampleFilter filter : {ResampleFilter::soxr_hq, ResampleFilter::sinc_hann}) {
      const Storage whole = audio::resample(signal.view(), from, to, filter, one);
      audio::Resampler resampler({from, to, 2, filter});
      std::vector<float> left;
      const auto collect = [&](const Storage& piece) {
        const auto* x = piece.view().data<float>();
        left.insert(left.end(), x, x + piece.view().dim(1));
      };
      for (int64_t begin = 0; begin < 5000; begin += 37) {
        collect(resampler.push(signal.view().slice(1, begin, std::min<int64_t>(5000, begin + 37)), three));
      }
      collect(resampler.finish(three));
      EXPECT(static_cast<int64_t>(left.size()) == whole.view().dim(1));
      for (size_t i = 0; i < left.size(); ++i) EXPECT(left[i] == whole.view().data<float>()[i]);
      if (from == to) EXPECT_REL_L2(whole.view(), signal.view(), 0.0);
    }
  }
}

TEST("resample: signals shorter than the filter, and rates that cannot be") {
  ThreadPool pool(1);
  for (const int64_t samples : {1, 2, 17}) {
    const Storage signal = sine(100, 44100, samples);
    EXPECT(audio::resample(signal.view(), 44100, 48000, ResampleFilter::soxr_hq, pool).view().dim(1) ==
           (samples * 480 + 440) / 441);
  }
  EXPECT_ERROR(audio::Resampler({0, 48000, 2, ResampleFilter::soxr_hq}), "native/argument-invalid");
}

TEST("loudness: the standard's calibration tone, gates and silence") {
  audio::LoudnessMeter meter(48000, 2);  // 997 Hz at -20 dBFS in both channels measures -20 + 3.01 - 3.01 - ... = -20 LUFS
  meter.push(sine(997, 48000, 480000, 0.1).view());
  EXPECT(std::abs(meter.integrated() + 20.0) < 0.02);
  EXPECT(std::abs(meter.peak() - 0.1F) < 1e-4F);
  Storage silence(DType::f32, {2, 480000});
  meter.push(silence.view());  // gated away
  EXPECT(std::abs(meter.integrated() + 20.0) < 0.1);
  audio::LoudnessMeter quiet(44100, 1);
  EXPECT(std::isinf(quiet.integrated()));
  EXPECT(audio::loudness_gain(quiet, -14) == 1.F);
  EXPECT(std::abs(audio::loudness_gain(meter, -14) - 2.F) < 0.05F);
  EXPECT(audio::loudness_gain(meter, 0) < 10.01F);  // never above full scale
}

TEST("loudness: what is more than 10 LU below the ungated loudness does not count (BS.1770-4, relative gate)") {
  const auto measured = [](double soft) {
    audio::LoudnessMeter meter(48000, 2);
    meter.push(sine(997, 48000, 480000, 0.1).view());
    meter.push(sine(997, 48000, 480000, soft).view());
    return meter.integrated();
  };
  EXPECT(std::abs(measured(std::pow(10.0, -33.3 / 20)) + 20.0) < 0.1);   // ungated -22.81, gate at -32.81
  EXPECT(std::abs(measured(std::pow(10.0, -32.3 / 20)) + 22.76) < 0.1);  // ungated -22.76, gate at -32.76
}

}  // namespace
}  // namespace sidestep::testing
