#include "bench/bench.h"
#include "core/philox.h"
#include "core/platform/library.h"
#include "ops/elementwise.h"
#include "ops/flow.h"
#include "ops/gemm.h"

namespace {

using namespace sidestep;
using bench::OpCase;

// OpenBLAS, if this machine has it: the yardstick of the default kernel, never a dependency.
struct OpenBlas {
  using Sgemm = void (*)(int order, int trans_a, int trans_b, int m, int n, int k, float alpha, const float* a, int lda,
                         const float* b, int ldb, float beta, float* c, int ldc);
  Sgemm sgemm = nullptr;

  explicit OpenBlas(const Stream& stream) {
    if (stream.device().kind != DeviceKind::cpu) return;
    void* library = platform::open_library("libopenblas.so.0").handle;
    if (library == nullptr) return;
    const auto set_threads = reinterpret_cast<void (*)(int)>(platform::symbol_of(library, "openblas_set_num_threads"));
    if (set_threads != nullptr) set_threads(stream.pool().threads());
    sgemm = reinterpret_cast<Sgemm>(platform::symbol_of(library, "cblas_sgemm"));
  }
};

struct Sizes {
  int64_t m, n, k;
  Transpose trans_a, trans_b;
  DType b = DType::f32;  ///< bf16: weights as a checkpoint holds them, widened as they are packed
};

Storage random(const Shape& shape, uint64_t index, Stream& stream) {
  Storage storage(DType::f32, shape, stream.device());
  normal_fill({.y = storage.tensor(), .key = {.seed = 1, .purpose = Purpose::fixture, .sample = index}}, stream);
  return storage;
}

OpCase make_case(const Sizes& s, const OpenBlas& blas, Stream& stream) {
  const bool ta = s.trans_a == Transpose::yes, tb = s.trans_b == Transpose::yes;
  const Storage a = random(ta ? Shape{s.k, s.m} : Shape{s.m, s.k}, 1, stream);
  const Storage wide = random(tb ? Shape{s.n, s.k} : Shape{s.k, s.n}, 2, stream), b(s.b, wide.view().shape(), stream.device());
  copy({wide.view(), b.tensor()}, stream);
  const Storage c(DType::f32, {s.m, s.n}, stream.device());
  const std::string sizes = std::to_string(s.m) + "x" + std::to_string(s.n) + "x" + std::to_string(s.k);
  const std::string stored = s.b == DType::f32 ? "" : " b " + std::string(dtype_name(s.b));
  OpCase result{.name = sizes + (ta ? " T" : " N") + (tb ? "T" : "N") + stored, .run = [=](Stream& on) {
                  gemm({.a = a.view(), .b = b.view(), .c = c.tensor(), .trans_a = s.trans_a, .trans_b = s.trans_b}, on);
                }};
  if (blas.sgemm == nullptr || s.b != DType::f32) return result;
  constexpr int kRowMajor = 101, kNo = 111, kYes = 112;
  result.rival_name = "OpenBLAS";
  result.rival = [=, sgemm = blas.sgemm] {
    sgemm(kRowMajor, ta ? kYes : kNo, tb ? kYes : kNo, static_cast<int>(s.m), static_cast<int>(s.n), static_cast<int>(s.k), 1,
          a.view().data<float>(), static_cast<int>(ta ? s.m : s.k), b.view().data<float>(), static_cast<int>(tb ? s.k : s.n), 0,
          c.tensor().data<float>(), static_cast<int>(s.n));
  };
  return result;
}

// Squares, a Linear of a 60 s song forward and backward, the thin products of adapters, and a single row.
constexpr Transpose N = Transpose::no, T = Transpose::yes;
constexpr Sizes kSizes[] = {
    {256, 256, 256, N, N},    {512, 512, 512, N, N},  {512, 512, 512, N, T},  {1024, 1024, 1024, N, N}, {750, 512, 512, N, T},
    {750, 512, 512, N, N},    {750, 1536, 512, N, T}, {750, 512, 1536, N, T}, {750, 512, 1536, N, N},   {750, 2048, 2048, N, T},
    {2048, 2048, 2048, N, T}, {512, 512, 750, T, N},  {512, 512, 512, T, N},  {512, 512, 512, T, T},    {1024, 1024, 1024, T, N},
    {1024, 1024, 1024, T, T}, {750, 16, 512, N, T},   {750, 512, 16, N, T},   {750, 16, 512, N, N},     {16, 512, 750, T, N},
    {512, 16, 750, T, N},     {750, 64, 2048, N, T},  {64, 2048, 750, T, N},  {2048, 64, 750, T, N},    {1, 2048, 2048, N, T},
    {1, 2048, 2048, N, N},    {8, 2048, 2048, N, T},  {16, 2048, 2048, N, T},
};

// The same Linear with weights in 16 bits, and the text encoder's.
constexpr Sizes kAsStored[] = {
    {750, 2048, 2048, N, T, DType::bf16},
    {750, 2048, 2048, N, N, DType::bf16},
    {256, 3072, 1024, N, T, DType::bf16},
    {256, 3072, 1024, N, T},
    {750, 2048, 2048, N, N},
    {1, 2048, 2048, N, T, DType::bf16},
};

const bench::OpBench kBench{"gemm", [](Stream& stream) {
                              const OpenBlas blas(stream);
                              std::vector<OpCase> cases;
                              for (const Sizes& s : kSizes) cases.push_back(make_case(s, blas, stream));
                              if (stream.device().kind != DeviceKind::cuda)
                                for (const Sizes& s : kAsStored) cases.push_back(make_case(s, blas, stream));
                              return cases;
                            }};

}  // namespace
