#include "ops/conv.h"

#include "bench/bench.h"
#include "core/philox.h"
#include "ops/flow.h"

namespace {

using namespace sidestep;
using bench::OpCase;

struct Sizes {
  int64_t inputs, outputs, length, taps, stride, dilation;
};

// The Oobleck encoder of ACE-Step on two seconds: residual units at each depth, and every strided layer.
constexpr Sizes kSizes[] = {
    {128, 128, 92160, 7, 1, 9}, {128, 128, 92160, 1, 1, 1},  {128, 128, 92160, 4, 2, 1},  {128, 128, 46080, 7, 1, 1},
    {128, 256, 46080, 8, 4, 1}, {256, 256, 11520, 7, 1, 3},  {256, 512, 11520, 8, 4, 1},  {512, 512, 2880, 7, 1, 9},
    {512, 1024, 2880, 12, 6, 1}, {1024, 1024, 480, 7, 1, 1}, {1024, 2048, 480, 20, 10, 1}, {2048, 128, 48, 3, 1, 1},
};

Storage random(const Shape& shape, uint64_t index, Stream& stream) {
  Storage storage(DType::f32, shape, stream.device());
  normal_fill({.y = storage.tensor(), .key = {.seed = 1, .purpose = Purpose::fixture, .sample = index}}, stream);
  return storage;
}

std::vector<OpCase> conv_cases(Stream& stream) {
  std::vector<OpCase> cases;
  for (const Sizes& s : kSizes) {
    const int64_t padding = s.stride > 1 ? (s.stride + 1) / 2 : (s.taps - 1) * s.dilation / 2;
    const int64_t columns = (s.length + 2 * padding - s.dilation * (s.taps - 1) - 1) / s.stride + 1;
    const Storage x = random({1, s.inputs, s.length}, 1, stream), w = random({s.outputs, s.inputs, s.taps}, 2, stream);
    const Storage bias = random({s.outputs}, 3, stream), y(DType::f32, {1, s.outputs, columns}, stream.device());
    cases.push_back({.name = std::to_string(s.inputs) + " to " + std::to_string(s.outputs) + " taps " + std::to_string(s.taps) +
                             " stride " + std::to_string(s.stride) + " of " + std::to_string(s.length),
                     .run = [=](Stream& on) {
                       conv1d({x.view(), w.view(), bias.view(), y.tensor(), s.stride, padding, s.dilation}, on);
                     }});
  }
  return cases;
}

std::vector<OpCase> snake_cases(Stream& stream) {
  const Storage x = random({1, 128, 92160}, 1, stream), a = random({128}, 2, stream), b = random({128}, 3, stream);
  const Storage y(DType::f32, {1, 128, 92160}, stream.device());
  return {{.name = "128x92160", .run = [=](Stream& on) { snake({x.view(), a.view(), b.view(), y.tensor()}, on); }}};
}

const bench::OpBench kConv{"conv1d", conv_cases};
const bench::OpBench kSnake{"snake", snake_cases};

}  // namespace
