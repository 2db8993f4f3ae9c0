#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "core/tensor.h"
#include "core/thread_pool.h"

namespace sidestep::audio {

/// Which low-pass filter a change of rate uses.
enum class ResampleFilter : uint8_t {
  /// Kaiser window, 125 dB of stop band, pass band to 0.913 of the lower Nyquist frequency: the specification of soxr's
  /// "high quality", which librosa and through it upstream's main path use.
  soxr_hq,
  /// Hann-windowed sinc with 6 zero crossings and a roll-off of 0.99: torchaudio's default, upstream's fall-back path.
  sinc_hann,
};

/// "soxr_hq" or "sinc_hann"; throws native/argument-invalid.
ResampleFilter resample_filter(const std::string& name);

struct ResampleSpec {
  int64_t from = 0, to = 0;  ///< audio samples a second, 1 to 768000
  int64_t channels = 2;
  ResampleFilter filter = ResampleFilter::soxr_hq;
};

/// Changes the rate of a signal that arrives in pieces. Output k lies at input time k * from / to; the whole output has
/// ceil(samples * to / from) elements, with silence assumed before and after the signal. The result does not depend on how
/// the signal is cut, nor on the number of threads.
class Resampler {
 public:
  /// Throws native/argument-invalid.
  explicit Resampler(const ResampleSpec& spec);
  ~Resampler();

  /// Takes [channels, n] f32 and returns the outputs [channels, m] it completes, m >= 0.
  Storage push(const ConstTensor& piece, ThreadPool& pool);
  /// The outputs that depend on the silence behind the signal. Afterwards the resampler is spent.
  Storage finish(ThreadPool& pool);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// All at once: [channels, n] to [channels, ceil(n * to / from)].
Storage resample(const ConstTensor& signal, int64_t from, int64_t to, ResampleFilter filter, ThreadPool& pool);

}  // namespace sidestep::audio
