#include "ops/norm.h"

#include "bench/bench.h"
#include "core/philox.h"
#include "ops/elementwise.h"
#include "ops/flow.h"

namespace {

using namespace sidestep;
using bench::OpBench;
using Cases = std::vector<bench::OpCase>;

// Frames and widths of a 60 s song in the smoke-run model and in the 2B model. All these ops are memory bound.
struct Sizes {
  int64_t frames, hidden, intermediate, heads, head_dim;
};
constexpr Sizes kSizes[] = {{750, 512, 1536, 8, 64}, {750, 2048, 6144, 16, 128}};

Storage random(const Shape& shape, uint64_t index, Stream& stream) {
  Storage storage(DType::f32, shape, stream.device());
  normal_fill({.y = storage.tensor(), .key = {.seed = 1, .purpose = Purpose::fixture, .sample = index}}, stream);
  return storage;
}

std::string rows_by(int64_t rows, int64_t width) { return std::to_string(rows) + "x" + std::to_string(width); }

Cases modulated(Stream& stream) {
  Cases cases;
  for (const Sizes& s : kSizes) {
    const Storage x = random({1, s.frames, s.hidden}, 1, stream), w = random({s.hidden}, 2, stream), scale = random({1, s.hidden}, 3, stream);
    const Storage y(DType::f32, x.view().shape(), stream.device()), inv_rms(DType::f32, {s.frames}, stream.device());
    cases.push_back({.name = rows_by(s.frames, s.hidden), .run = [=](Stream& on) {
                       modulated_rms_norm({x.view(), w.view(), scale.view(), scale.view(), y.tensor(), inv_rms.tensor()}, on);
                     }});
  }
  return cases;
}

Cases modulated_backward(Stream& stream) {
  Cases cases;
  for (const Sizes& s : kSizes) {
    const Storage x = random({1, s.frames, s.hidden}, 1, stream), w = random({s.hidden}, 2, stream), scale = random({1, s.hidden}, 3, stream);
    const Storage dy = random({1, s.frames, s.hidden}, 4, stream), dx(DType::f32, x.view().shape(), stream.device());
    const Storage inv_rms = random({s.frames}, 5, stream);
    cases.push_back({.name = rows_by(s.frames, s.hidden), .run = [=](Stream& on) {
                       modulated_rms_norm_backward({dy.view(), x.view(), w.view(), scale.view(), inv_rms.view(), dx.tensor(), 1}, on);
                     }});
  }
  return cases;
}

Cases rope(Stream& stream) {
  Cases cases;
  for (const Sizes& s : kSizes) {
    const Storage x = random({1, s.frames, s.heads, s.head_dim}, 1, stream), w = random({s.head_dim}, 2, stream);
    const Storage table = random({s.frames, s.head_dim / 2}, 3, stream), y(DType::f32, x.view().shape(), stream.device());
    cases.push_back({.name = rows_by(s.frames, s.heads * s.head_dim), .run = [=](Stream& on) {
                       qk_norm_rope({x.view(), w.view(), table.view(), table.view(), y.tensor()}, on);
                     }});
  }
  return cases;
}

Cases swiglu_forward(Stream& stream) {
  Cases cases;
  for (const Sizes& s : kSizes) {
    const Storage gate = random({s.frames, s.intermediate}, 1, stream), up = random({s.frames, s.intermediate}, 2, stream);
    const Storage y(DType::f32, gate.view().shape(), stream.device());
    cases.push_back({.name = rows_by(s.frames, s.intermediate),
                     .run = [=](Stream& on) { swiglu({gate.view(), up.view(), y.tensor()}, on); }});
  }
  return cases;
}

Cases swiglu_gradient(Stream& stream) {
  Cases cases;
  for (const Sizes& s : kSizes) {
    const Shape shape{s.frames, s.intermediate};
    const Storage gate = random(shape, 1, stream), up = random(shape, 2, stream), dy = random(shape, 3, stream);
    const Storage dgate(DType::f32, shape, stream.device()), dup(DType::f32, shape, stream.device());
    cases.push_back({.name = rows_by(s.frames, s.intermediate), .run = [=](Stream& on) {
                       swiglu_backward({dy.view(), gate.view(), up.view(), dgate.tensor(), dup.tensor()}, on);
                     }});
  }
  return cases;
}

const OpBench kModulated{"modulated_rms_norm", modulated};
const OpBench kModulatedBackward{"modulated_rms_norm_backward", modulated_backward};
const OpBench kRope{"qk_norm_rope", rope};
const OpBench kSwiGlu{"swiglu", swiglu_forward};
const OpBench kSwiGluBackward{"swiglu_backward", swiglu_gradient};

}  // namespace
