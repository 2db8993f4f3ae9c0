// What no op sees enters the digests here (testing/bits.h). As plain tests these only run through.
#include "testing/bits.h"

#include <vector>

#include "audio/loudness.h"
#include "audio/resample.h"
#include "core/math.h"
#include "core/philox.h"
#include "ops/op_testing.h"
#include "sampling/guidance.h"
#include "testing/test.h"
#include "training/formula.h"
#include "training/schedule.h"
#include "training/spectrum.h"
#include "training/timestep.h"

namespace sidestep::testing {
namespace {

constexpr uint64_t kDraws = 20000;

double between(double low, double high, uint64_t draw) { return low + (high - low) * uniform({5, Purpose::noise, 0, 0}, draw); }

TEST("bits: elementary functions") {
  std::vector<double> values;
  for (uint64_t i = 0; i < kDraws; ++i) {
    const double any = between(-700, 700, i), positive = between(0, 50, i), far = between(-1e8, 1e8, i);
    for (const double v : {math::exp(any), math::log(positive), math::log10(positive), math::log1p(positive),
                           math::pow(positive, any / 50), math::pow(any, 7), math::sin(any), math::cos(any), math::sin(far),
                           math::tan(any), math::acos(any / 700), math::hypot(any, positive)})
      values.push_back(v);
  }
  add_to_digest(values);
}

TEST("bits: random numbers and timesteps") {
  std::vector<double> values;
  for (uint64_t i = 0; i < kDraws; ++i) {
    values.push_back(static_cast<double>(normal({9, Purpose::noise, 1, 2}, i)));
    values.push_back(logit_normal(values.back(), 0.3, 1.2));
  }
  add_to_digest(values);
}

TEST("bits: resampling and loudness") {
  ThreadPool pool(1);
  const Storage signal = random_tensor({2, 30011}, 31);
  for (const int64_t from : {22050, 44100, 96000}) {
    for (const auto filter : {audio::ResampleFilter::soxr_hq, audio::ResampleFilter::sinc_hann})
      add_to_digest(audio::resample(signal.view(), from, 48000, filter, pool).view());
  }
  audio::LoudnessMeter meter(48000, 2);
  meter.push(signal.view());
  add_to_digest(std::vector{meter.integrated(), static_cast<double>(audio::loudness_gain(meter, -14)),
                            static_cast<double>(audio::peak_gain(meter.peak(), -1))});
}

TEST("bits: learning rates and formulas") {
  std::vector<double> rates;
  for (const auto type : {Schedule::Type::cosine, Schedule::Type::cosine_restarts, Schedule::Type::linear}) {
    Schedule schedule;
    schedule.type = type;
    schedule.total_steps = 777;
    schedule.warmup_steps = 13;
    schedule.n_restarts = 3;
    for (int64_t step = 0; step < 777; ++step) rates.push_back(learning_rate_at(schedule, step));
  }
  const Formula formula("base_lr * exp(-3 * x) * (1 + cos(pow(x, 1.7)) + sin(x) ** 2) + log(1 + x)", {{"base_lr", 0}, {"x", 0}});
  for (uint64_t i = 0; i < 500; ++i) rates.push_back(formula.evaluate({{"base_lr", 1e-3}, {"x", between(0, 5, i)}}));
  add_to_digest(rates);
}

TEST("bits: guidance and singular values") {
  const Frames shape{37, 16};
  const Storage x = random_tensor({37, 16}, 3), cond = random_tensor({37, 16}, 4), null = random_tensor({37, 16}, 5);
  const auto floats = [](const Storage& t) {
    return std::vector<float>(t.view().data<float>(), t.view().data<float>() + t.view().numel());
  };
  const std::vector<float> state = floats(x);
  Velocities v{floats(cond), floats(null)};
  adg_guidance(v, state, 0.7F, shape, 4.5);
  add_to_digest(std::span<const float>(v.cond));
  ApgGuidance().apply(v, shape, 7);
  add_to_digest(std::span<const float>(v.cond));
  Stream stream{Device{}};
  add_to_digest(singular_energies(random_tensor({23, 41}, 8).view(), stream));
}

}  // namespace
}  // namespace sidestep::testing
