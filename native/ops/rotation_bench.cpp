#include "ops/rotation.h"

#include "bench/operands.h"

namespace {

using namespace sidestep;
using bench::Operands;

// OFT on a projection of 2048 inputs: 32 blocks of 64.
constexpr int64_t kBlocks = 32, kSize = 64;
const Shape kTriangles{kBlocks, kSize*(kSize - 1) / 2}, kMatrices{kBlocks, kSize, kSize};
constexpr const char* kName = "32 of 64x64";

bench::OpCase inverse(Operands& t) {
  const Tensor q = t.zeros(kMatrices);
  Stream& stream = t.stream();
  skew_symmetric({t.normal(kTriangles), q}, stream);
  return t.run(kName, &cayley_inverse, {q, t.zeros(kMatrices)});
}

const bench::OpBenches kBenches{
    {"skew_symmetric",
     [](Operands& t) {
       return t.run(kName, &skew_symmetric, {t.normal(kTriangles), t.zeros(kMatrices)});
     }},
    {"skew_symmetric_backward",
     [](Operands& t) {
       return t.run(kName, &skew_symmetric_backward, {t.normal(kMatrices), t.zeros(kTriangles)});
     }},
    {"cayley_inverse", &inverse},
    {"project_rotation", [](Operands& t) { return t.run(kName, &project_rotation, {t.normal(kTriangles)}); }},
};

}  // namespace
