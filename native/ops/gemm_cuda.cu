// The matrix product: cuBLASLt's tensor cores where they serve, else our own tile kernel.
// FLOPs: 2 G M N K. The 2B model's widest linear, [3000, 2048] x [2048, 6144] bf16, is 75 GFLOP: 0.09 ms at 800 TFLOP/s, against
// 74 MB and 0.025 ms of memory traffic: compute bound. An adapter's thin product, [3000, 2048] x [2048, 64], is 0.8 GFLOP
// (1 us) and 13 MB (4 us): memory bound.
#include <map>
#include <mutex>
#include <optional>
#include <tuple>

#include "core/error.h"
#include "ops/cublaslt_cuda.h"
#include "ops/cuda_ops.h"
#include "ops/cuda_rows.cuh"
#include "ops/gemm_tile_cuda.cuh"

namespace sidestep::cuda {
namespace {

// ---- our own kernel

template <typename T, typename Out, typename Bias, bool trans_a, bool trans_b>
struct Product {
  static constexpr bool kDepthFastA = !trans_a, kDepthFastB = trans_b;
  const T *left, *right;
  Out* c;
  const Bias* bias;
  TileExtent size;
  int64_t lda, ldb, ldc, a_stride, b_stride, c_stride;
  float alpha, beta;

  __host__ __device__ TileExtent extent() const { return size; }
  __device__ float a(int64_t g, int64_t m, int64_t k) const {
    return widened(left[g * a_stride + (trans_a ? k * lda + m : m * lda + k)]);
  }
  __device__ float b(int64_t g, int64_t k, int64_t n) const {
    return widened(right[g * b_stride + (trans_b ? n * ldb + k : k * ldb + n)]);
  }
  __device__ void store(int64_t g, int64_t m, int64_t n, float sum) const {
    Out& to = c[g * c_stride + m * ldc + n];
    sum *= alpha;
    if (beta != 0) sum += beta * widened(to);
    if (bias != nullptr) sum += widened(bias[n]);
    to = narrowed<Out>(sum);
  }
};

int64_t batch_stride(const ConstTensor& t) { return t.rank() == 3 && t.dim(0) > 1 ? t.stride(0) : 0; }
int64_t batch_of(const Gemm& op) { return op.c.rank() == 3 ? op.c.dim(0) : 1; }

TileExtent extent_of(const Gemm& op) {
  return {op.c.dim(-2), op.c.dim(-1), op.trans_a == Transpose::yes ? op.a.dim(-2) : op.a.dim(-1)};
}

/// Leading dimension: the stride between rows, or anything valid when there is one row only.
int64_t leading(const ConstTensor& t) { return t.dim(-2) > 1 ? t.stride(-2) : std::max<int64_t>(1, t.dim(-1)); }

template <typename T, typename Out, typename Bias, bool trans_a, bool trans_b>
void run_tiles(const Gemm& op, cudaStream_t queue) {
  const Product<T, Out, Bias, trans_a, trans_b> source{
      op.a.data<T>(), op.b.data<T>(), op.c.data<Out>(), op.bias ? op.bias.data<Bias>() : nullptr, extent_of(op), leading(op.a),
      leading(op.b), leading(op.c), batch_stride(op.a), batch_stride(op.b), batch_stride(op.c), op.alpha, op.beta};
  launch_tile_product(source, source.size, batch_of(op), queue);
}

template <typename T, typename Out, typename Bias>
void choose_transposes(const Gemm& op, cudaStream_t queue) {
  const bool ta = op.trans_a == Transpose::yes, tb = op.trans_b == Transpose::yes;
  if (ta && tb) run_tiles<T, Out, Bias, true, true>(op, queue);
  else if (ta) run_tiles<T, Out, Bias, true, false>(op, queue);
  else if (tb) run_tiles<T, Out, Bias, false, true>(op, queue);
  else run_tiles<T, Out, Bias, false, false>(op, queue);
}

void multiply_tiles(const Gemm& op, cudaStream_t queue) {
  const bool wide_bias = op.bias && op.bias.dtype() == DType::f32;
  with_storage(op.a.dtype(), [&]<typename T>(T) {
    if (op.c.dtype() != DType::f32) {  // then of a's dtype
      if (wide_bias) choose_transposes<T, T, float>(op, queue);
      else choose_transposes<T, T, T>(op, queue);
    } else {
      if (wide_bias) choose_transposes<T, float, float>(op, queue);
      else choose_transposes<T, float, T>(op, queue);
    }
  });
}

// ---- cuBLASLt
//
// It thinks in columns: our row-major c = op(a) op(b) is its column-major c^T = op(b)^T op(a)^T, so b comes first, extents
// swap, and a row-major matrix with leading dimension ld is the column-major transpose with the same ld. The bias, one value a
// column of ours, is one a row of its result: its BIAS epilogue.

using cublaslt::Status;

cudaDataType_t data_type(DType dtype) {
  if (dtype == DType::bf16) return CUDA_R_16BF;
  if (dtype == DType::f16) return CUDA_R_16F;
  return CUDA_R_32F;
}

/// The largest power of two up to 16, the widest access of any kernel, that divides an address. No more is told, so that the
/// choice, and with it the bits, do not depend on where an arena happens to put a tensor.
uint32_t alignment_of(const void* pointer) {
  const auto address = reinterpret_cast<uintptr_t>(pointer);
  return static_cast<uint32_t>(std::min<uintptr_t>(16, address & (~address + 1)));
}

/// All that decides which algorithm serves.
using Key = std::tuple<int, int64_t, int64_t, int64_t, int64_t, int64_t, int64_t, int64_t, int64_t, int64_t, int64_t, int, int, int,
                       int, bool, uint32_t, uint32_t, uint32_t>;

Key key_of(const Gemm& op, int device) {
  const TileExtent e = extent_of(op);
  return {device, e.m, e.n, e.k, leading(op.a), leading(op.b), leading(op.c), batch_of(op), batch_stride(op.a), batch_stride(op.b),
          batch_stride(op.c), static_cast<int>(op.a.dtype()), static_cast<int>(op.c.dtype()), static_cast<int>(op.trans_a),
          static_cast<int>(op.trans_b), static_cast<bool>(op.bias), alignment_of(op.a.raw()), alignment_of(op.b.raw()),
          alignment_of(op.c.raw())};
}

constexpr size_t kWorkspaceBytes = size_t{32} << 20;  // what NVIDIA recommends for Hopper

/// Descriptors of one shape, kept for the next product of that shape.
class Plan {
 public:
  Plan(const cublaslt::Library& lt, cublaslt::Handle handle, const Gemm& op) : lt_(lt) {
    const bool ta = op.trans_a == Transpose::yes, tb = op.trans_b == Transpose::yes;
    usable_ = ok(lt.desc_create(&desc_, cublaslt::ComputeType::f32, CUDA_R_32F)) &&
              set(cublaslt::DescAttribute::trans_a, tb ? cublaslt::Operation::transpose : cublaslt::Operation::none) &&
              set(cublaslt::DescAttribute::trans_b, ta ? cublaslt::Operation::transpose : cublaslt::Operation::none) &&
              (!op.bias || set_bias(op)) && make_layout(first_, op.b, op) && make_layout(second_, op.a, op) &&
              make_layout(result_, op.c, op) && choose(handle, op);
  }
  ~Plan() {
    if (desc_ != nullptr) lt_.desc_destroy(desc_);
    for (cublaslt::Layout layout : {first_, second_, result_})
      if (layout != nullptr) lt_.layout_destroy(layout);
  }
  Plan(const Plan&) = delete;
  Plan& operator=(const Plan&) = delete;

  bool usable() const { return usable_; }
  size_t workspace_bytes() const { return chosen_.workspace_bytes; }

  Status run(cublaslt::Handle handle, const Gemm& op, void* workspace, cudaStream_t queue) {
    if (op.bias) {
      const void* bias = op.bias.raw();
      lt_.desc_set(desc_, cublaslt::DescAttribute::bias_pointer, &bias, sizeof(bias));
    }
    return lt_.matmul(handle, desc_, &op.alpha, op.b.raw(), first_, op.a.raw(), second_, &op.beta, op.c.raw(), result_, op.c.raw(),
                      result_, &chosen_.algorithm, workspace, chosen_.workspace_bytes, queue);
  }

 private:
  static bool ok(Status status) { return status == Status::success; }

  template <typename Value>
  bool set(cublaslt::DescAttribute attribute, Value value) {
    return ok(lt_.desc_set(desc_, attribute, &value, sizeof(value)));
  }

  bool set_bias(const Gemm& op) {
    const void* bias = op.bias.raw();
    return set(cublaslt::DescAttribute::epilogue, cublaslt::Epilogue::bias) && set(cublaslt::DescAttribute::bias_pointer, bias) &&
           set(cublaslt::DescAttribute::bias_data_type, static_cast<int32_t>(data_type(op.bias.dtype())));
  }

  bool make_layout(cublaslt::Layout& layout, const ConstTensor& t, const Gemm& op) {
    if (!ok(lt_.layout_create(&layout, data_type(t.dtype()), static_cast<uint64_t>(t.dim(-1)), static_cast<uint64_t>(t.dim(-2)),
                              leading(t))))
      return false;
    const auto count = static_cast<int32_t>(batch_of(op));
    const int64_t stride = batch_stride(t);
    return count == 1 || (ok(lt_.layout_set(layout, cublaslt::LayoutAttribute::batch_count, &count, sizeof(count))) &&
                          ok(lt_.layout_set(layout, cublaslt::LayoutAttribute::strided_batch_offset, &stride, sizeof(stride))));
  }

  bool choose(cublaslt::Handle handle, const Gemm& op) {
    cublaslt::Preference preference = nullptr;
    if (!ok(lt_.preference_create(&preference))) return false;
    const auto prefer = [&](cublaslt::PreferenceAttribute attribute, auto value) {
      return ok(lt_.preference_set(preference, attribute, &value, sizeof(value)));
    };
    int found = 0;
    const bool chosen = prefer(cublaslt::PreferenceAttribute::max_workspace_bytes, uint64_t{kWorkspaceBytes}) &&
                        prefer(cublaslt::PreferenceAttribute::alignment_a, alignment_of(op.b.raw())) &&
                        prefer(cublaslt::PreferenceAttribute::alignment_b, alignment_of(op.a.raw())) &&
                        prefer(cublaslt::PreferenceAttribute::alignment_c, alignment_of(op.c.raw())) &&
                        prefer(cublaslt::PreferenceAttribute::alignment_d, alignment_of(op.c.raw())) &&
                        ok(lt_.heuristic(handle, desc_, first_, second_, result_, result_, preference, 1, &chosen_, &found)) &&
                        found == 1 && ok(chosen_.state);
    lt_.preference_destroy(preference);
    return chosen;
  }

  const cublaslt::Library& lt_;
  cublaslt::Desc desc_ = nullptr;
  cublaslt::Layout first_ = nullptr, second_ = nullptr, result_ = nullptr;
  cublaslt::Heuristic chosen_{};
  bool usable_ = false;
};

/// One handle a device and the plans of all shapes seen. Products are queued by several threads only when several streams are
/// in use; the lock covers the table and the descriptors' bias pointer.
struct Planner {
  std::mutex mutex;
  std::map<int, cublaslt::Handle> handles;
  std::map<Key, Plan> plans;
};

Planner& planner() {
  static Planner once;
  return once;
}

/// Whether cuBLASLt took the product.
bool multiply_cublaslt(const Gemm& op, int device, cudaStream_t queue) {
  const cublaslt::Library* lt = cublaslt::library();
  if (lt == nullptr) return false;
  Planner& p = planner();
  const std::scoped_lock lock(p.mutex);
  cublaslt::Handle& handle = p.handles[device];
  if (handle == nullptr && lt->create(&handle) != Status::success) return false;
  const Key key = key_of(op, device);
  auto plan = p.plans.find(key);
  if (plan == p.plans.end())
    plan = p.plans.emplace(std::piecewise_construct, std::forward_as_tuple(key), std::forward_as_tuple(*lt, handle, op)).first;
  if (!plan->second.usable()) return false;
  const Scratch workspace(plan->second.workspace_bytes(), queue);
  const Status status = plan->second.run(handle, op, workspace.data<void>(), queue);
  if (status == Status::success) return true;
  throw Error("native/cuda-failed", "cublasLtMatmul failed with status " + std::to_string(static_cast<int>(status)) + " (" +
                                        cublaslt::library_origin() + ")",
              "A fault inside an earlier kernel shows up here; run under compute-sanitizer to find it.");
}

/// Rows one after the other: cuBLASLt refuses overlapping ones.
bool rows_apart(const ConstTensor& t) { return leading(t) >= t.dim(-1); }

/// Epilogues take a bias of c's type only where c is f32, and of a 16-bit c's own type.
bool bias_fits(const Gemm& op) { return !op.bias || op.bias.dtype() == op.c.dtype(); }

}  // namespace

void gemm(const Gemm& op, Stream& stream) {
  if (op.c.numel() == 0) return;
  const cudaStream_t queue = queue_of(stream);
  const bool empty_sum = extent_of(op).k == 0;
  const bool fits = !empty_sum && bias_fits(op) && rows_apart(op.a) && rows_apart(op.b) && rows_apart(op.c);
  if (fits && multiply_cublaslt(op, stream.device().index, queue)) return;
  multiply_tiles(op, queue);
}

}  // namespace sidestep::cuda
