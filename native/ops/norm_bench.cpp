#include "ops/norm.h"

#include "bench/operands.h"

namespace {

using namespace sidestep;
using bench::OpCase;
using bench::Operands;
using Cases = std::vector<OpCase>;

// Frames, widths and heads of a 60 s song in the smoke-run model and in the 2B model. All these ops are memory bound.
struct Sizes {
  const char* name;
  int64_t frames, hidden, heads, head_dim;
};
constexpr Sizes kSizes[] = {{"750x512", 750, 512, 8, 64}, {"750x2048", 750, 2048, 16, 128}};

/// One case for each of kSizes.
template <typename Make>
bench::OpBench::Cases sized(const Make& make) {
  return [make](Stream& stream) {
    Cases cases;
    for (const Sizes& s : kSizes) {
      Operands operands(stream);
      cases.push_back(make(operands, s));
    }
    return cases;
  };
}

Shape rows(const Sizes& s) { return {s.frames, s.hidden}; }
Shape sample(const Sizes& s) { return {1, s.frames, s.hidden}; }
Shape heads(const Sizes& s) { return {1, s.frames, s.heads, s.head_dim}; }
Shape table(const Sizes& s) { return {s.frames, s.head_dim / 2}; }

const bench::OpBench kRmsNorm{
    "rms_norm", sized([](Operands& t, const Sizes& s) {
      return t.run(s.name, &rms_norm, {t.normal(rows(s)), t.normal({s.hidden}), t.zeros(rows(s)), t.zeros({s.frames})});
    })};

const bench::OpBench kRmsNormBackward{
    "rms_norm_backward", sized([](Operands& t, const Sizes& s) {
      return t.run(s.name, &rms_norm_backward,
                   {t.normal(rows(s)), t.normal(rows(s)), t.normal({s.hidden}), t.constant({s.frames}, 1), t.zeros(rows(s))});
    })};

const bench::OpBench kModulated{"modulated_rms_norm", sized([](Operands& t, const Sizes& s) {
                                  const Shape modulation{1, s.hidden};
                                  return t.run(s.name, &modulated_rms_norm,
                                               {t.normal(sample(s)), t.normal({s.hidden}), t.normal(modulation),
                                                t.normal(modulation), t.zeros(sample(s)), t.zeros({s.frames})});
                                })};

const bench::OpBench kModulatedBackward{"modulated_rms_norm_backward", sized([](Operands& t, const Sizes& s) {
                                          return t.run(s.name, &modulated_rms_norm_backward,
                                                       {t.normal(sample(s)), t.normal(sample(s)), t.normal({s.hidden}),
                                                        t.normal({1, s.hidden}), t.constant({s.frames}, 1), t.zeros(sample(s))});
                                        })};

const bench::OpBench kRope{
    "qk_norm_rope", sized([](Operands& t, const Sizes& s) {
      return t.run(s.name, &qk_norm_rope,
                   {t.normal(heads(s)), t.normal({s.head_dim}), t.normal(table(s)), t.normal(table(s)), t.zeros(heads(s))});
    })};

const bench::OpBench kRopeBackward{"qk_norm_rope_backward", sized([](Operands& t, const Sizes& s) {
                                     return t.run(
                                         s.name, &qk_norm_rope_backward,
                                         {t.normal(heads(s)), t.normal(heads(s)), t.normal({s.head_dim}), t.normal(table(s)),
                                          t.normal(table(s)), t.constant({1, s.frames, s.heads}, 1), t.zeros(heads(s))});
                                   })};

const bench::OpBench kRowNorm{"row_norm", sized([](Operands& t, const Sizes& s) {
                                return t.run(s.name, &row_norm, {t.normal(rows(s)), t.zeros({s.frames})});
                              })};

}  // namespace
