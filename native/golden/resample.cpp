// Judge of the two resamplers: torchaudio's windowed sinc exactly, soxr's high quality as a reference of quality.
#include "audio/resample.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/rel_l2.h"
#include "golden/golden.h"

namespace sidestep::golden {
namespace {

/// soxr's own treatment of the ends is not the judge's business (the reference data's notes say so): this many output
/// samples at each end are left out.
constexpr int64_t kSoxrEnds = 200;

/// librosa's: the ceiling of a product in double, which lies just above a whole number for many lengths of 44.1 kHz audio. There
/// it holds one output sample more than there is sound, a zero.
int64_t librosa_length(int64_t samples, int64_t from, int64_t to) {
  return static_cast<int64_t>(std::ceil(static_cast<double>(samples) * (static_cast<double>(to) / static_cast<double>(from))));
}

struct Method {
  audio::ResampleFilter filter;
  int64_t ends;
};

Method method_of(const Case& c) {
  const std::string name = c.config.at("method").as_string();
  if (name == "sinc_interp_hann") {
    if (c.config.int_or("lowpass_filter_width", 6) != 6 || c.config.number_or("rolloff", 0.99) != 0.99) {
      throw Error("golden/variant-unknown", "Only torchaudio's default filter is supported: width 6, roll-off 0.99");
    }
    return {audio::ResampleFilter::sinc_hann, 0};
  }
  if (name.find("soxr_hq") != std::string::npos) return {audio::ResampleFilter::soxr_hq, kSoxrEnds};
  throw Error("golden/variant-unknown", "Unknown resampling method " + name);
}

void judge_resample(const Case& c, Report& report, Stream& stream) {
  const Method method = method_of(c);
  for (const Json& pair : c.config.at("pairs").as_array()) {
    const int64_t from = pair.as_array().at(0).as_int(), to = pair.as_array().at(1).as_int();
    const std::string name = std::to_string(from) + "_" + std::to_string(to);
    const Storage result = audio::resample(c.file.tensor("in/audio"), from, to, method.filter, stream.pool());
    const ConstTensor expected = c.file.tensor("out/" + name), actual = result.view();
    const int64_t length = method.ends > 0 ? librosa_length(c.file.tensor("in/audio").dim(1), from, to) : actual.dim(1);
    if (!(expected.shape() == Shape{actual.dim(0), length})) {
      throw Error("golden/shape-differs",
                  name + ": expected " + expected.shape().to_string() + " but found " + actual.shape().to_string());
    }
    const int64_t ends = std::min(method.ends, actual.dim(1) / 4), last = actual.dim(1) - ends;
    report.compare(name, actual.slice(1, ends, last), expected.slice(1, ends, last), c.tolerance);
  }
}

const Kind resample_kind{"resample", judge_resample};

}  // namespace
}  // namespace sidestep::golden
