#include "ops/gemm_blas.h"

#include <algorithm>
#include <limits>

// Defined by CMakeLists.txt with the library's name when SIDESTEP_BLAS is ON.
#if defined(SIDESTEP_BLAS_NAME)
// The interface that every BLAS has, Fortran's: column-major, everything by address.
extern "C" void sgemm_(const char* trans_a, const char* trans_b, const int* m, const int* n, const int* k, const float* alpha,
                       const float* a, const int* lda, const float* b, const int* ldb, const float* beta, float* c,
                       const int* ldc);

namespace sidestep::gemm_detail {
namespace {

// Below this the own kernel is faster: thin products are its strength, and a BLAS starts its threads for nothing.
constexpr int64_t kLeastSide = 128;

void add_bias(const Problem& p) {
  for (int64_t i = 0; i < p.m; ++i)
    for (int64_t j = 0; j < p.n; ++j) p.c[i * p.ldc + j] += p.bias[j];
}

}  // namespace

std::optional<std::string> blas_name() { return SIDESTEP_BLAS_NAME; }

bool suits_blas(const Problem& p) {
  const int64_t largest = std::max({p.m, p.n, p.k, p.a.ld, p.b.ld, p.ldc});
  return p.a.dtype == DType::f32 && p.b.dtype == DType::f32 && std::min({p.m, p.n, p.k}) >= kLeastSide &&
         largest <= std::numeric_limits<int>::max();
}

// Row-major c is column-major c^T = op(b)^T op(a)^T. What runs along k is a column of the operand's transpose.
void multiply_by_blas(const Problem& p) {
  const char b_as = p.b.along == Along::k ? 'T' : 'N', a_as = p.a.along == Along::k ? 'N' : 'T';
  const int m = static_cast<int>(p.m), n = static_cast<int>(p.n), k = static_cast<int>(p.k);
  const int lda = static_cast<int>(p.a.ld), ldb = static_cast<int>(p.b.ld), ldc = static_cast<int>(p.ldc);
  sgemm_(&b_as, &a_as, &n, &m, &k, &p.alpha, static_cast<const float*>(p.b.data), &ldb, static_cast<const float*>(p.a.data), &lda,
         &p.beta, p.c, &ldc);
  if (p.bias != nullptr) add_bias(p);
}

}  // namespace sidestep::gemm_detail
#else
namespace sidestep::gemm_detail {

std::optional<std::string> blas_name() { return std::nullopt; }
bool suits_blas(const Problem&) { return false; }
void multiply_by_blas(const Problem&) {}  // never called: nothing suits

}  // namespace sidestep::gemm_detail
#endif
