#include <algorithm>
#include <chrono>

#include "binding/engine.h"
#include "binding/sample_params.h"
#include "ops/elementwise.h"
#include "ops/gemm.h"

namespace sidestep::binding {

namespace {

using Clock = std::chrono::steady_clock;

/// A Linear of the 2B model over half a minute of song. On a card it takes more rows to keep every core busy.
struct Product {
  int64_t rows, columns = 2048, depth = 2048;
  double flops() const { return 2.0 * static_cast<double>(rows * columns * depth); }
};

/// Not zeros: some processors and cards run faster on them.
Storage filled_matrix(int64_t rows, int64_t columns, DType dtype, Stream& stream) {
  Storage values(DType::f32, {rows, columns});
  float* out = values.tensor().data<float>();
  for (int64_t i = 0; i < rows * columns; ++i) out[i] = static_cast<float>(i % 251) / 251.0F - 0.5F;
  const Storage there = on_device(values.view(), stream);
  if (dtype == DType::f32) return there;
  Storage converted(dtype, {rows, columns}, stream.device());
  copy({.src = there.view(), .dst = converted.tensor()}, stream);
  return converted;
}

double products_per_second(const Product& product, DType dtype, double seconds, Stream& stream) {
  const Storage a = filled_matrix(product.rows, product.depth, dtype, stream);
  const Storage b = filled_matrix(product.columns, product.depth, dtype, stream);
  const Storage c(dtype, {product.rows, product.columns}, stream.device());
  const auto multiply = [&] {
    gemm({.a = a.view(), .b = b.view(), .c = c.tensor(), .trans_b = Transpose::yes}, stream);
    stream.synchronize();
  };
  multiply();  // page faults, kernel choice
  int64_t count = 0;
  double passed = 0;
  const auto start = Clock::now();
  do {
    stream.throw_if_cancelled();
    multiply();
    ++count;
    passed = std::chrono::duration<double>(Clock::now() - start).count();
  } while (passed < seconds);
  return static_cast<double>(count) / passed;
}

/// {device, threads, precision, seconds} → {flops_per_second} of the matrix product, measured for so long (2 s at most) and at
/// least once
const Method measure_method{
    "measure_products", [](const Request& request) -> Response {
      Engine engine(request.params);
      const Session session(engine, request);
      const Product product{.rows = engine.stream.device().kind == DeviceKind::cpu ? 768 : 16384};
      const DType dtype = dtype_from_precision(request.params.string_or("precision", "f32"));
      const double seconds = std::min(2.0, request.params.number_or("seconds", 0));
      return {
          Json::Object{{"flops_per_second", product.flops() * products_per_second(product, dtype, seconds, session.stream())}},
          {}};
    }};

}  // namespace

}  // namespace sidestep::binding
