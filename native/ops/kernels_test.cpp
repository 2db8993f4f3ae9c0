#include "ops/kernels.h"

#include <cmath>
#include <limits>
#include <vector>

#include "ops/op_testing.h"

namespace sidestep::testing {
namespace {

/// Every instruction set this processor has.
std::vector<const cpu::VectorKernels*> available_kernels() {
  std::vector<const cpu::VectorKernels*> kernels;
  for (const cpu::InstructionSet set : cpu::available_instruction_sets()) kernels.push_back(&cpu::vector_kernels_of(set));
  return kernels;
}

TEST("vector exp: within 2 units in the last place over its whole range") {
  for (const cpu::VectorKernels* kernels : available_kernels()) {
    for (int i = -87 * 512; i <= 88 * 512; ++i) {
      const float x = static_cast<float>(i) / 512.F + 1e-4F;
      float y = 0;
      kernels->exp(&x, &y, 1);
      const double exact = std::exp(static_cast<double>(x));
      EXPECT(std::abs(static_cast<double>(y) - exact) <= 2 * exact * 0x1p-24 * 2);
    }
  }
}

TEST("vector exp: infinity, zero, subnormals and NaN come out as they must") {
  const float inf = std::numeric_limits<float>::infinity();
  for (const cpu::VectorKernels* kernels : available_kernels()) {
    const std::vector<float> x{-inf, inf, 0, -200, 200, -100, std::nanf("")};
    std::vector<float> y(x.size());
    kernels->exp(x.data(), y.data(), static_cast<int64_t>(x.size()));
    EXPECT(y[0] == 0 && y[1] == inf && y[2] == 1 && y[3] == 0 && y[4] == inf);
    EXPECT(std::abs(y[5] / 3.7835e-44F - 1) < 0.1F);
    EXPECT(std::isnan(y[6]));
  }
}

TEST("vector snake: sin^2 within 3e-7 for arguments up to 3000") {
  for (const cpu::VectorKernels* kernels : available_kernels()) {
    for (int i = -30000; i <= 30000; ++i) {
      const float x = static_cast<float>(i) * 0.1F;
      float y = 0;
      kernels->snake(DType::f32, &x, 1, 4096, &y, 1);  // a large factor makes x itself vanish beside sin^2
      const double s = std::sin(static_cast<double>(x));
      EXPECT(std::abs(static_cast<double>(y) - static_cast<double>(x) - 4096 * s * s) <= 4096 * 3e-7 + 3e-4);
    }
  }
}

TEST("vector loads and stores: 16-bit types round to nearest even, on every tail length") {
  for (const cpu::VectorKernels* kernels : available_kernels()) {
    for (int64_t n = 1; n <= 40; ++n) {
      const Storage x = random_tensor({n}, 77);
      std::vector<bf16_t> narrow(static_cast<size_t>(n));
      std::vector<f16_t> half(static_cast<size_t>(n));
      std::vector<float> wide(static_cast<size_t>(n));
      kernels->convert(DType::f32, x.view().raw(), DType::bf16, narrow.data(), n);
      kernels->convert(DType::f32, x.view().raw(), DType::f16, half.data(), n);
      kernels->convert(DType::f16, half.data(), DType::f32, wide.data(), n);
      for (size_t i = 0; i < wide.size(); ++i) {
        const float value = x.view().data<float>()[i];
        EXPECT(narrow[i].bits == to_bf16(value).bits);
        EXPECT(half[i].bits == to_f16(value).bits);
        EXPECT(wide[i] == to_float(to_f16(value)));
      }
    }
  }
}

}  // namespace
}  // namespace sidestep::testing
