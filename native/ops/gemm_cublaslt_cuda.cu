// The matrix product by cuBLASLt. It thinks in columns: our row-major c = op(a) op(b) is its column-major c^T = op(b)^T op(a)^T,
// so b comes first, extents swap, and a row-major matrix with leading dimension ld is the column-major transpose with the same
// ld. The bias, one value a column of ours, is one a row of its result: its BIAS epilogue.
#include <algorithm>
#include <cstdlib>
#include <limits>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "core/error.h"
#include "ops/cublaslt_cuda.h"
#include "ops/cuda_check.cuh"
#include "ops/cuda_rows.cuh"
#include "ops/gemm_cuda.cuh"
#include "ops/tuning_file.h"

namespace sidestep::cuda {
namespace {

using cublaslt::Status;

/// A product as the library is asked for it: of 16- or 32-bit numbers, or of e4m3 codes, which come as bytes and have a scale
/// each, on the card.
struct Request : Gemm {
  const float *a_scale = nullptr, *b_scale = nullptr;

  bool codes() const { return a.dtype() == DType::u8; }
};

cudaDataType_t data_type(DType dtype) {
  if (dtype == DType::u8) return CUDA_R_8F_E4M3;
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
using Key = std::tuple<int, int64_t, int64_t, int64_t, int64_t, int64_t, int64_t, int64_t, int64_t, int64_t, int64_t, int, int,
                       int, int, int, bool, uint32_t, uint32_t, uint32_t>;

Key key_of(const Gemm& op, int device) {
  const TileExtent e = extent_of(op);
  return {device,
          e.m,
          e.n,
          e.k,
          leading(op.a),
          leading(op.b),
          leading(op.c),
          batch_of(op),
          batch_stride(op.a),
          batch_stride(op.b),
          batch_stride(op.c),
          static_cast<int>(op.a.dtype()),
          static_cast<int>(op.b.dtype()),
          static_cast<int>(op.c.dtype()),
          static_cast<int>(op.trans_a),
          static_cast<int>(op.trans_b),
          static_cast<bool>(op.bias),
          alignment_of(op.a.raw()),
          alignment_of(op.b.raw()),
          alignment_of(op.c.raw())};
}

std::string problem_of(const Key& key) {
  std::string problem = "gemm";
  std::apply([&](int, auto... numbers) { ((problem += ' ' + std::to_string(numbers)), ...); }, key);
  return problem;
}

constexpr int kCandidates = 8;  // timed when tuning; the first is what is taken untimed

/// Descriptors of one shape, kept for the next product of that shape.
class Plan {
 public:
  Plan(const cublaslt::Library& lt, const Request& op) : lt_(lt) {
    const bool ta = op.trans_a == Transpose::yes, tb = op.trans_b == Transpose::yes;
    described_ = ok(lt.desc_create(&desc_, cublaslt::ComputeType::f32, CUDA_R_32F)) &&
                 set(cublaslt::DescAttribute::trans_a, tb ? cublaslt::Operation::transpose : cublaslt::Operation::none) &&
                 set(cublaslt::DescAttribute::trans_b, ta ? cublaslt::Operation::transpose : cublaslt::Operation::none) &&
                 (!op.bias || set_bias(op)) && (!op.codes() || set_scales(op)) && make_layout(first_, op.b, op) &&
                 make_layout(second_, op.a, op) && make_layout(result_, op.c, op);
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

  /// A choice made before, if the library says that it can run.
  bool use(cublaslt::Handle handle, const cublaslt::Algorithm& algorithm) {
    cublaslt::Heuristic checked{};
    usable_ = described_ && ok(lt_.check(handle, desc_, first_, second_, result_, result_, &algorithm, &checked)) &&
              checked.workspace_bytes <= kWorkspaceBytes;
    if (usable_) chosen_ = {algorithm, checked.workspace_bytes, Status::success, 0, {}};
    return usable_;
  }

  void use(const cublaslt::Heuristic& candidate) {
    chosen_ = candidate;
    usable_ = true;
  }

  /// What the library thinks will serve, best first.
  std::vector<cublaslt::Heuristic> candidates(cublaslt::Handle handle, const Request& op, int wanted) {
    cublaslt::Preference preference = nullptr;
    if (!described_ || !ok(lt_.preference_create(&preference))) return {};
    const auto prefer = [&](cublaslt::PreferenceAttribute attribute, auto value) {
      return ok(lt_.preference_set(preference, attribute, &value, sizeof(value)));
    };
    std::vector<cublaslt::Heuristic> list(static_cast<size_t>(wanted));
    int found = 0;
    const bool answered =
        prefer(cublaslt::PreferenceAttribute::max_workspace_bytes, uint64_t{kWorkspaceBytes}) &&
        prefer(cublaslt::PreferenceAttribute::alignment_a, alignment_of(op.b.raw())) &&
        prefer(cublaslt::PreferenceAttribute::alignment_b, alignment_of(op.a.raw())) &&
        prefer(cublaslt::PreferenceAttribute::alignment_c, alignment_of(op.c.raw())) &&
        prefer(cublaslt::PreferenceAttribute::alignment_d, alignment_of(op.c.raw())) &&
        ok(lt_.heuristic(handle, desc_, first_, second_, result_, result_, preference, wanted, list.data(), &found));
    lt_.preference_destroy(preference);
    list.resize(answered ? static_cast<size_t>(found) : 0);
    std::erase_if(list, [](const cublaslt::Heuristic& h) { return h.state != Status::success; });
    return list;
  }

  Status run(cublaslt::Handle handle, const Request& op, void* c, void* workspace, cudaStream_t queue) {
    if (op.bias) {
      const void* bias = op.bias.raw();
      lt_.desc_set(desc_, cublaslt::DescAttribute::bias_pointer, &bias, sizeof(bias));
    }
    if (op.codes() && !set_scales(op)) return Status::invalid_value;
    return lt_.matmul(handle, desc_, &op.alpha, op.b.raw(), first_, op.a.raw(), second_, &op.beta, c, result_, c, result_,
                      &chosen_.algorithm, workspace, chosen_.workspace_bytes, queue);
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

  /// The library's first operand is our b.
  bool set_scales(const Request& op) {
    const void *first = op.b_scale, *second = op.a_scale;
    return set(cublaslt::DescAttribute::a_scale_pointer, first) && set(cublaslt::DescAttribute::b_scale_pointer, second);
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

  const cublaslt::Library& lt_;
  cublaslt::Desc desc_ = nullptr;
  cublaslt::Layout first_ = nullptr, second_ = nullptr, result_ = nullptr;
  cublaslt::Heuristic chosen_{};
  bool described_ = false, usable_ = false;
};

/// Card, driver and library: what a timed choice holds for.
std::string machine_of(const cublaslt::Library& lt, int device) {
  cudaDeviceProp properties{};
  int driver = 0;
  SIDESTEP_CUDA_CHECK(cudaGetDeviceProperties(&properties, device));
  SIDESTEP_CUDA_CHECK(cudaDriverGetVersion(&driver));
  return std::string(properties.name) + ", driver " + std::to_string(driver) + ", cuBLASLt " + std::to_string(lt.version());
}

/// What one device keeps.
struct DeviceState {
  cublaslt::Handle handle = nullptr;
  TuningFile tuning;
  std::map<cudaStream_t, void*> workspaces{};  ///< of each queue, whose products come one after the other
};

/// Products are queued by several threads only when several streams are in use; the lock covers the tables and the
/// descriptors' bias pointer.
struct Planner {
  std::recursive_mutex mutex;  ///< a product that lacks memory may have workspaces released
  std::map<int, DeviceState> devices;
  std::map<Key, Plan> plans;
};

/// Never destroyed: a program's last streams end after the plugin's statics.
Planner& planner() {
  static auto* once = new Planner;
  return *once;
}

/// Null when the library does not work with this device.
DeviceState* state_of(Planner& p, const cublaslt::Library& lt, int device) {
  auto found = p.devices.find(device);
  if (found == p.devices.end())
    found = p.devices.emplace(device, DeviceState{.tuning = TuningFile(tuning_path(), machine_of(lt, device))}).first;
  DeviceState& state = found->second;
  if (state.handle == nullptr && lt.create(&state.handle) != Status::success) return nullptr;
  return &state;
}

/// Made at a queue's first product, which is never a recorded one.
void* workspace_of(DeviceState& state, size_t bytes, cudaStream_t queue) {
  if (bytes == 0) return nullptr;
  void*& workspace = state.workspaces[queue];
  if (workspace != nullptr) return workspace;
  void* memory = nullptr;  // `workspace` may be looked at meanwhile by what gives memory back
  cudaError_t error = cudaMalloc(&memory, kWorkspaceBytes);
  while (error != cudaSuccess && relieved(error, kWorkspaceBytes)) error = cudaMalloc(&memory, kWorkspaceBytes);
  check(error, "cudaMalloc of the products' workspace");
  return workspace = memory;
}

/// Bytes from the first to the last element, and all between.
size_t span_of(const ConstTensor& t) {
  int64_t last = 0;
  for (int i = 0; i < t.rank(); ++i) last += (t.dim(i) - 1) * t.stride(i);
  return static_cast<size_t>(last + 1) * dtype_size(t.dtype());
}

struct Event {
  Event() { SIDESTEP_CUDA_CHECK(cudaEventCreate(&event)); }
  ~Event() { static_cast<void>(cudaEventDestroy(event)); }
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  cudaEvent_t event = nullptr;
};

/// Milliseconds of the fastest of a few runs into its own memory; infinity if it does not run.
float time_of(Plan& plan, DeviceState& state, const Request& op, void* c, cudaStream_t queue) {
  constexpr int kRuns = 5;
  const Event begin, end;
  float best = std::numeric_limits<float>::infinity();
  for (int run = 0; run < kRuns; ++run) {
    SIDESTEP_CUDA_CHECK(cudaEventRecord(begin.event, queue));
    if (plan.run(state.handle, op, c, workspace_of(state, plan.workspace_bytes(), queue), queue) != Status::success) return best;
    SIDESTEP_CUDA_CHECK(cudaEventRecord(end.event, queue));
    SIDESTEP_CUDA_CHECK(cudaEventSynchronize(end.event));
    float elapsed = best;
    SIDESTEP_CUDA_CHECK(cudaEventElapsedTime(&elapsed, begin.event, end.event));
    if (run > 0) best = std::min(best, elapsed);  // the first one loads the kernel
  }
  return best;
}

bool tuning_wanted(cudaStream_t queue) {
  const char* choice = std::getenv("SIDESTEP_CUDA_TUNE");
  cudaStreamCaptureStatus recording = cudaStreamCaptureStatusNone;
  SIDESTEP_CUDA_CHECK(cudaStreamIsCapturing(queue, &recording));
  return choice != nullptr && std::string_view(choice) == "on" && recording == cudaStreamCaptureStatusNone;
}

/// Untimed, the library's first thought is taken, so that two runs choose alike; a timed choice is found again in the file.
void choose(Plan& plan, DeviceState& state, const Request& op, const std::string& problem, cudaStream_t queue) {
  cublaslt::Algorithm known{};
  const std::optional<std::string> kept = state.tuning.find(problem);
  if (kept && from_hex(*kept, &known, sizeof(known)) && plan.use(state.handle, known)) return;
  const bool tune = tuning_wanted(queue);
  const std::vector<cublaslt::Heuristic> candidates = plan.candidates(state.handle, op, tune ? kCandidates : 1);
  if (candidates.empty()) return;
  plan.use(candidates.front());
  if (!tune) return;
  const Scratch c(span_of(op.c), queue);
  float best = std::numeric_limits<float>::infinity();
  const cublaslt::Heuristic* winner = &candidates.front();
  for (const cublaslt::Heuristic& candidate : candidates) {
    plan.use(candidate);
    const float milliseconds = time_of(plan, state, op, c.data<void>(), queue);
    if (milliseconds >= best) continue;
    best = milliseconds;
    winner = &candidate;
  }
  plan.use(*winner);
  state.tuning.add(problem, to_hex(&winner->algorithm, sizeof(winner->algorithm)));
}

bool multiply(const Request& op, int device, cudaStream_t queue) {
  const cublaslt::Library* lt = cublaslt::library();
  if (lt == nullptr) return false;
  Planner& p = planner();
  const std::scoped_lock lock(p.mutex);
  DeviceState* state = state_of(p, *lt, device);
  if (state == nullptr) return false;
  const Key key = key_of(op, device);
  auto plan = p.plans.find(key);
  if (plan == p.plans.end()) {
    plan = p.plans.emplace(std::piecewise_construct, std::forward_as_tuple(key), std::forward_as_tuple(*lt, op)).first;
    choose(plan->second, *state, op, problem_of(key), queue);
  }
  if (!plan->second.usable()) return false;
  void* workspace = workspace_of(*state, plan->second.workspace_bytes(), queue);
  const Status status = plan->second.run(state->handle, op, op.c.raw(), workspace, queue);
  if (status == Status::success) return true;
  throw Error(
      "native/cuda-failed",
      "cublasLtMatmul failed with status " + std::to_string(static_cast<int>(status)) + " (" + cublaslt::library_origin() + ")",
      "A fault inside an earlier kernel shows up here; run under compute-sanitizer to find it.");
}

}  // namespace

bool multiply_cublaslt(const Gemm& op, int device, cudaStream_t queue) { return multiply({{op}}, device, queue); }

// What the library's documents ask of products in FP8: the first operand transposed, the second not; every row at 16 bytes.
bool multiply_cublaslt(const Gemm8bit& op, int device, cudaStream_t queue) {
  const auto in_lines = [](const ConstTensor& t) {
    return aligned(t.raw(), 16) && leading(t) * static_cast<int64_t>(dtype_size(t.dtype())) % 16 == 0 && leading(t) >= t.dim(-1);
  };
  const bool lines = in_lines(op.a) && in_lines(op.b) && in_lines(op.c) && op.a.dim(1) % 16 == 0 && op.b.dim(0) % 16 == 0;
  if (op.format != CodeFormat::e4m3 || !lines || op.a.dim(1) == 0 || op.bias || !op.b_scales) return false;
  return multiply({{.a = op.a, .b = op.b, .c = op.c, .trans_b = Transpose::yes, .beta = op.beta},
                   op.a_scales.data<float>(),
                   op.b_scales.data<float>()},
                  device, queue);
}

void release_workspace(int device, cudaStream_t queue) noexcept {
  Planner& p = planner();
  const std::scoped_lock lock(p.mutex);
  const auto state = p.devices.find(device);
  if (state == p.devices.end()) return;
  const auto found = state->second.workspaces.find(queue);
  if (found == state->second.workspaces.end()) return;
  static_cast<void>(cudaFree(found->second));
  state->second.workspaces.erase(found);
}

void release_workspaces(int device) {
  Planner& p = planner();
  const std::scoped_lock lock(p.mutex);
  const auto state = p.devices.find(device);
  if (state == p.devices.end()) return;
  for (auto& [queue, workspace] : state->second.workspaces) SIDESTEP_CUDA_CHECK(cudaFree(std::exchange(workspace, nullptr)));
}

}  // namespace sidestep::cuda
