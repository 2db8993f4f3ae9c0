#include "ops/attention.h"

#include <cmath>

#include "bench/bench.h"
#include "core/philox.h"
#include "ops/flow.h"

namespace {

using namespace sidestep;
using bench::OpCase;

struct Sizes {
  int64_t queries, keys, heads, kv_heads, head_dim, window;
  Causality causality = Causality::bidirectional;
};

// The smoke-run model, the 2B model at 60 s, sliding and full, its cross-attention, and a text encoder.
constexpr Sizes kSizes[] = {
    {750, 750, 8, 4, 64, kNoWindow},   {750, 750, 8, 4, 64, 128},          {750, 256, 8, 4, 64, kNoWindow},
    {750, 750, 16, 8, 128, kNoWindow}, {750, 750, 16, 8, 128, 128},        {750, 769, 16, 8, 128, kNoWindow},
    {3000, 3000, 16, 8, 128, 128},     {3000, 3000, 4, 2, 128, kNoWindow}, {256, 256, 16, 8, 128, kNoWindow, Causality::causal},
};

Storage random(const Shape& shape, uint64_t index, Stream& stream) {
  Storage storage(DType::f32, shape, stream.device());
  normal_fill({.y = storage.tensor(), .key = {.seed = 1, .purpose = Purpose::fixture, .sample = index}}, stream);
  return storage;
}

std::string name_of(const Sizes& s) {
  std::string name = std::to_string(s.queries) + "x" + std::to_string(s.keys) + " heads " + std::to_string(s.heads) + "/" +
                     std::to_string(s.kv_heads) + " of " + std::to_string(s.head_dim);
  if (s.window != kNoWindow) name += " window " + std::to_string(s.window);
  return s.causality == Causality::causal ? name + " causal" : name;
}

struct Operands {
  Storage q, k, v, out, lse;
  float scale;

  Operands(const Sizes& s, Stream& stream)
      : q(random({1, s.queries, s.heads, s.head_dim}, 1, stream)),
        k(random({1, s.keys, s.kv_heads, s.head_dim}, 2, stream)),
        v(random({1, s.keys, s.kv_heads, s.head_dim}, 3, stream)),
        out(DType::f32, q.view().shape(), stream.device()),
        lse(DType::f32, {1, s.heads, s.queries}, stream.device()),
        scale(static_cast<float>(1 / std::sqrt(static_cast<double>(s.head_dim)))) {}
  void forward(const Sizes& s, Stream& on) const {
    attention({q.view(), k.view(), v.view(), out.tensor(), lse.tensor(), scale, s.window, s.causality}, on);
  }
};

std::vector<OpCase> forward_cases(Stream& stream) {
  std::vector<OpCase> cases;
  for (const Sizes& s : kSizes) {
    const Operands x(s, stream);
    cases.push_back({.name = name_of(s), .run = [=](Stream& on) { x.forward(s, on); }});
  }
  return cases;
}

std::vector<OpCase> backward_cases(Stream& stream) {
  std::vector<OpCase> cases;
  for (const Sizes& s : kSizes) {
    const Operands x(s, stream);
    x.forward(s, stream);
    const Storage dout = random(x.q.view().shape(), 4, stream), dq(DType::f32, x.q.view().shape(), stream.device());
    const Storage dk(DType::f32, x.k.view().shape(), stream.device()), dv(DType::f32, x.k.view().shape(), stream.device());
    const Storage delta(DType::f32, x.lse.view().shape(), stream.device());
    cases.push_back({.name = name_of(s), .run = [=](Stream& on) {
                       attention_backward({dout.view(), x.q.view(), x.k.view(), x.v.view(), x.out.view(), x.lse.view(),
                                           dq.tensor(), dk.tensor(), dv.tensor(), delta.tensor(), x.scale, s.window, s.causality},
                                          on);
                     }});
  }
  return cases;
}

const bench::OpBench kForward{"attention", forward_cases};
const bench::OpBench kBackward{"attention_backward", backward_cases};

}  // namespace
