#include "ops/gemm.h"

#include <mutex>
#include <set>
#include <string>

#include "core/error.h"
#include "ops/dispatch.h"

namespace sidestep {
namespace {

struct Extents {
  int64_t batch, rows, columns;
};

Extents extents_of(ConstTensor t) {
  return t.rank() == 3 ? Extents{t.dim(0), t.dim(1), t.dim(2)} : Extents{1, t.dim(0), t.dim(1)};
}

[[noreturn]] void mismatch(const Gemm& op) {
  const auto text = [](ConstTensor t, Transpose trans) {
    return t.shape().to_string() + (trans == Transpose::yes ? " transposed" : "");
  };
  throw Error("native/shape-mismatch", "gemm: expected a [G?, M, K], b [G?, K, N], c [G?, M, N], bias [N] but found a " +
                                           text(op.a, op.trans_a) + ", b " + text(op.b, op.trans_b) + ", c " +
                                           op.c.shape().to_string() + (op.bias ? ", bias " + op.bias.shape().to_string() : ""));
}

bool is_16_bit(DType dtype) { return dtype == DType::bf16 || dtype == DType::f16; }

void check_dtypes(const Gemm& op, const Stream& stream) {
  const DType in = op.a.dtype();
  const bool known = in == DType::f32 || is_16_bit(in);
  const bool widened = in == DType::f32 && is_16_bit(op.b.dtype()) && stream.device().kind != DeviceKind::cuda;
  const bool output = op.c.dtype() == in || op.c.dtype() == DType::f32;
  const bool bias = !op.bias || op.bias.dtype() == in || op.bias.dtype() == op.c.dtype();
  if (known && (op.b.dtype() == in || widened) && output && bias) return;
  throw Error("native/dtype-mismatch",
              "gemm: expected a and b of one dtype of F32, BF16, F16 (on a CPU also a 16-bit b beside an "
              "F32 a), c of a's or F32, but found a " +
                  std::string(dtype_name(in)) + ", b " + std::string(dtype_name(op.b.dtype())) + ", c " +
                  std::string(dtype_name(op.c.dtype())));
}

bool rows_are_dense(ConstTensor t) { return t.dim(-1) <= 1 || t.stride(-1) == 1; }

void check_shapes(const Gemm& op) {
  for (const ConstTensor& t : {op.a, op.b, ConstTensor(op.c)})
    if (!t || (t.rank() != 2 && t.rank() != 3) || !rows_are_dense(t)) mismatch(op);
  const Extents a = extents_of(op.a), b = extents_of(op.b), c = extents_of(op.c);
  const bool ta = op.trans_a == Transpose::yes, tb = op.trans_b == Transpose::yes;
  const int64_t depth = ta ? a.rows : a.columns;
  const bool fits =
      (ta ? a.columns : a.rows) == c.rows && (tb ? b.rows : b.columns) == c.columns && (tb ? b.columns : b.rows) == depth;
  // A rank-2 operand of a batched product is shared by the batch.
  const bool batches = (op.a.rank() == 2 || a.batch == c.batch) && (op.b.rank() == 2 || b.batch == c.batch);
  const bool bias = !op.bias || (op.bias.numel() == c.columns && op.bias.contiguous());
  if (!fits || !batches || !bias) mismatch(op);
}

Cost cost_of(const Gemm& op) {
  const Extents c = extents_of(op.c);
  const int64_t depth = op.trans_a == Transpose::yes ? op.a.dim(-2) : op.a.dim(-1);
  const double products = 2.0 * static_cast<double>(c.batch) * static_cast<double>(c.rows) * static_cast<double>(c.columns);
  return {products * static_cast<double>(depth),
          static_cast<double>(op.a.bytes() + op.b.bytes() + op.c.bytes() * (op.beta == 0 ? 1 : 2))};
}

/// "gemm", or "gemm, 47 tiles" where a card has so few tiles of 64 x 64 results to compute that it matters to its time how many
/// they are (bench/ceilings.cpp).
std::string_view tallied_as(const Gemm& op) {
  constexpr int64_t kSide = 64, kMany = 512;
  const Extents c = extents_of(op.c);
  const int64_t tiles = c.batch * ((c.rows + kSide - 1) / kSide) * ((c.columns + kSide - 1) / kSide);
  if (tiles >= kMany) return "gemm";
  static std::mutex mutex;
  static std::set<std::string> names;  // a tally keeps no name itself
  const std::scoped_lock lock(mutex);
  return *names.insert("gemm, " + std::to_string(tiles) + " tiles").first;
}

}  // namespace

void gemm(const Gemm& op, Stream& stream) {
  check_shapes(op);
  check_dtypes(op, stream);
  dispatch(stream.tally() == nullptr ? "gemm" : tallied_as(op), &Backend::gemm, op, cost_of(op), stream);
}

}  // namespace sidestep
