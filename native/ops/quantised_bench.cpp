#include "ops/quantised.h"

#include "bench/bench.h"

namespace {

using namespace sidestep;

// Matrices of the 2B model's MLP and of its key projection, to the dtype of the device's products.
std::vector<bench::OpCase> cases(Stream& stream) {
  std::vector<bench::OpCase> out;
  const DType dtype = stream.device().kind == DeviceKind::cuda ? DType::bf16 : DType::f32;
  for (const Shape& shape : {Shape{6144, 2048}, Shape{1024, 2048}}) {
    const Storage codes(DType::u8, shape, stream.device());
    const Storage scales(DType::f32, {shape[0], quantised_blocks(shape[1])}, stream.device());
    const Storage y(dtype, shape, stream.device());
    out.push_back({.name = shape.to_string(), .run = [=](Stream& on) {
                     dequantise({codes.view(), scales.view(), y.tensor()}, on);
                   }});
  }
  return out;
}

const bench::OpBench kDequantise{"dequantise", cases};

}  // namespace
