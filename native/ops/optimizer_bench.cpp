#include "ops/optimizer.h"

#include "bench/operands.h"
#include "ops/adafactor.h"
#include "ops/adamw8bit.h"
#include "ops/prodigy.h"

namespace {

using namespace sidestep;
using bench::Operands;
using Tensors = std::vector<Tensor>;
using Views = std::vector<ConstTensor>;

// An adapter: factors of rank 32 of matrices of 2048, 32 MiB a list. All these ops are memory bound.
constexpr int64_t kTensors = 128;
const Shape kShape{32, 2048};
constexpr const char* kName = "128 of 32x2048";

template <typename Make>
auto list(const Make& make) {
  std::vector<decltype(make())> tensors;
  for (int64_t i = 0; i < kTensors; ++i) tensors.push_back(make());
  return tensors;
}
Tensors zeros(Operands& t) {
  return list([&] { return t.zeros(kShape); });
}
Tensors ones(Operands& t) {
  return list([&] { return t.constant(kShape, 1); });
}
Tensors normals(Operands& t) {
  return list([&] { return t.normal(kShape); });
}
Views of(const Tensors& tensors) { return {tensors.begin(), tensors.end()}; }

bench::OpCase eight_bits(Operands& t) {
  const int64_t blocks = (kShape.numel() + kQuantBlock - 1) / kQuantBlock;
  const auto codes = [&] { return list([&] { return t.zeros(kShape, DType::u8); }); };
  const auto scales = [&] { return list([&] { return t.zeros({blocks}); }); };
  return t.run(kName, &adamw8bit, {normals(t), of(normals(t)), codes(), codes(), scales(), scales(), 1e-4});
}

bench::OpCase factored(Operands& t) {
  const AdafactorShapes shapes = adafactor_shapes(kShape);
  return t.run(
      kName, &adafactor,
      {normals(t), of(normals(t)), list([&] { return t.zeros(shapes.row); }), list([&] { return t.zeros(shapes.col); }), 1e-4});
}

const bench::OpBenches kBenches{
    {"squared_norm",
     [](Operands& t) {
       return t.run(kName, &squared_norm, {of(normals(t)), t.zeros({kTensors}, DType::f64), t.zeros({kTensors}, DType::i64)});
     }},
    {"scale_all",
     [](Operands& t) {
       return t.run(kName, &scale_all, {normals(t), -1});
     }},  // any number of times
    {"update_gate",
     [](Operands& t) {
       return t.run(kName, &update_gate,
                    {t.zeros({kTensors}, DType::f64), t.zeros({kTensors}, DType::i64), t.zeros({4}), t.zeros({1}),
                     t.zeros({1}, DType::u8)});
     }},
    {"adamw",
     [](Operands& t) {
       return t.run(kName, &adamw, {normals(t), zeros(t), zeros(t), of(normals(t)), 1e-4});
     }},
    {"adamw8bit", &eight_bits},
    {"adafactor", &factored},
    {"prodigy_moments",
     [](Operands& t) {
       return t.run(kName, &prodigy_moments,
                    {.params = of(normals(t)),
                     .params0 = of(normals(t)),
                     .grads = of(normals(t)),
                     .exp_avg = zeros(t),
                     .exp_avg_sq = zeros(t),
                     .s = zeros(t),
                     .numerator = t.zeros({kTensors}, DType::f64),
                     .denominator = t.zeros({kTensors}, DType::f64),
                     .d = 1,
                     .s_gain = 1});
     }},
    {"prodigy_update",
     [](Operands& t) {
       return t.run(kName, &prodigy_update,
                    {.params = normals(t), .exp_avg = of(normals(t)), .exp_avg_sq = of(ones(t)), .d = 1, .dlr = 1e-4});
     }},
    {"ema_update",
     [](Operands& t) {
       return t.run(kName, &ema_update, {normals(t), of(normals(t))});
     }},
};

}  // namespace
