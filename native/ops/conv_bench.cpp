#include "ops/conv.h"

#include "bench/operands.h"

namespace {

using namespace sidestep;
using bench::OpCase;
using bench::Operands;

struct Sizes {
  int64_t inputs, outputs, length, taps, stride, dilation;
};

// The Oobleck encoder of ACE-Step on two seconds: residual units at each depth, and every strided layer.
constexpr Sizes kSizes[] = {
    {128, 128, 92160, 7, 1, 9},  {128, 128, 92160, 1, 1, 1}, {128, 128, 92160, 4, 2, 1},   {128, 128, 46080, 7, 1, 1},
    {128, 256, 46080, 8, 4, 1},  {256, 256, 11520, 7, 1, 3}, {256, 512, 11520, 8, 4, 1},   {512, 512, 2880, 7, 1, 9},
    {512, 1024, 2880, 12, 6, 1}, {1024, 1024, 480, 7, 1, 1}, {1024, 2048, 480, 20, 10, 1}, {2048, 128, 48, 3, 1, 1},
};

std::string name_of(const Sizes& s) {
  return std::to_string(s.inputs) + " to " + std::to_string(s.outputs) + " taps " + std::to_string(s.taps) + " stride " +
         std::to_string(s.stride) + " of " + std::to_string(s.length);
}

std::vector<OpCase> conv_cases(Stream& stream) {
  std::vector<OpCase> cases;
  for (const Sizes& s : kSizes) {
    const int64_t padding = s.stride > 1 ? (s.stride + 1) / 2 : (s.taps - 1) * s.dilation / 2;
    const int64_t columns = (s.length + 2 * padding - s.dilation * (s.taps - 1) - 1) / s.stride + 1;
    Operands t(stream);
    cases.push_back(t.run(name_of(s), &conv1d,
                          {t.normal({1, s.inputs, s.length}), t.normal({s.outputs, s.inputs, s.taps}), t.normal({s.outputs}),
                           t.zeros({1, s.outputs, columns}), s.stride, padding, s.dilation}));
  }
  return cases;
}

// The decoder's layers, which undo the encoder's.
constexpr Sizes kTransposed[] = {
    {2048, 1024, 48, 20, 10, 1}, {1024, 512, 480, 12, 6, 1}, {256, 128, 11520, 8, 4, 1}, {128, 128, 46080, 4, 2, 1}};

std::vector<OpCase> transposed_cases(Stream& stream) {
  std::vector<OpCase> cases;
  for (const Sizes& s : kTransposed) {
    Operands t(stream);
    const int64_t padding = (s.stride + 1) / 2;
    cases.push_back(t.run(name_of(s), &conv_transpose1d,
                          {.x = t.normal({1, s.inputs, s.length}),
                           .weight = t.normal({s.inputs, s.outputs, s.taps}),
                           .bias = t.normal({s.outputs}),
                           .y = t.zeros({1, s.outputs, (s.length - 1) * s.stride - 2 * padding + s.taps}),
                           .stride = s.stride,
                           .padding = padding}));
  }
  return cases;
}

const bench::OpBench kConv{"conv1d", conv_cases};
const bench::OpBench kTransposedConv{"conv_transpose1d", transposed_cases};

const Shape kWave{1, 128, 92160}, kPosterior{1, 64, 6000};
const bench::OpBenches kElementwise{
    {"snake",
     [](Operands& t) {
       return t.run("128x92160", &snake, {t.normal(kWave), t.normal({128}), t.normal({128}), t.zeros(kWave)});
     }},
    {"gaussian_sample",
     [](Operands& t) {
       return t.run("64x6000", &gaussian_sample,
                    {t.normal(kPosterior), t.normal(kPosterior), t.normal(kPosterior), t.zeros(kPosterior)});
     }},
};

}  // namespace
