#include "audio/analysis.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "audio/tempo.h"
#include "core/error.h"
#include "core/math.h"

namespace sidestep::audio {

static_assert(OnsetMeter::kRate == KeyMeter::kRate);

namespace {

double logistic(double x) { return 1 / (1 + math::exp(-x)); }

bool alike(double tempo, double other) { return std::abs(tempo / other - 1) < 0.04; }

/// How likely the first is among the others, times how clearly there is a pulse at all.
void judge_tempo(const std::vector<Pulse>& pulses, SongAnalysis& analysis) {
  const Pulse& best = pulses.front();
  analysis.tempo = 60 / best.period;
  double others = 0;
  for (const Pulse& pulse : pulses) {
    const double tempo = 60 / pulse.period;
    if (alike(tempo, analysis.tempo)) continue;
    others += math::exp(pulse.score - best.score);
    if (analysis.other_tempo == 0) analysis.other_tempo = tempo;
  }
  const double heard = logistic((best.periodicity - 0.2) / 0.04) * logistic((best.clarity - 2) / 0.3);
  analysis.tempo_confidence = heard / (1 + others);
}

}  // namespace

SongAnalyzer::SongAnalyzer() : loudness_(kRate, 2), resampler_({kRate, OnsetMeter::kRate, 1, ResampleFilter::soxr_hq}) {}

void SongAnalyzer::push(const ConstTensor& piece, ThreadPool& pool) {
  loudness_.push(piece);  // which checks the shape
  const int64_t samples = piece.dim(1);
  received_ += samples;
  Storage mono(DType::f32, {1, samples});
  for (int64_t i = 0; i < samples; ++i) {
    const float* at = piece.data<float>() + i * piece.stride(1);
    mono.tensor().data<float>()[i] = (at[0] + at[piece.stride(0)]) / 2;
  }
  listen(resampler_.push(mono.view(), pool));
}

void SongAnalyzer::listen(const Storage& mono) {
  onsets_.push(mono.view().data<float>(), mono.view().dim(1));
  key_.push(mono.view().data<float>(), mono.view().dim(1));
}

SongAnalysis SongAnalyzer::finish(ThreadPool& pool) {
  listen(resampler_.finish(pool));
  SongAnalysis analysis;
  analysis.seconds = static_cast<double>(received_) / static_cast<double>(kRate);
  analysis.loudness = loudness_.integrated();
  analysis.peak = loudness_.peak();
  analysis.key = key_.finish();
  const Onsets onsets = onsets_.finish();
  const std::vector<Pulse> pulses = find_pulses(onsets);
  if (pulses.empty()) return analysis;
  judge_tempo(pulses, analysis);
  analysis.meter = find_meter(onsets, pulses.front());
  analysis.meter.confidence *= analysis.tempo_confidence;
  return analysis;
}

}  // namespace sidestep::audio
