// A strict stand-in for libcublasLt, found beside the plugin as the real one is: the calls that the engine makes, after the
// library's documented interface (column-major, D = alpha op(A) op(B) + beta C, BIAS epilogue), by plain loops. It refuses what
// the documents refuse.
#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <dlfcn.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <string>
#include <vector>

namespace {

enum Status : int { kSuccess = 0, kInvalidValue = 7, kNotSupported = 15 };
enum Type : int { kF32 = 0, kF16 = 2, kBf16 = 14, kE4m3 = 28 };
enum Epilogue : uint32_t { kNone = 1, kBias = 4 };
constexpr int kCompute32F = 68;
constexpr uint64_t kMagic = 0x73696465'73746570;  // in every algorithm that the heuristic gave
constexpr size_t kWorkspace = size_t{1} << 20, kWorkspaceAlignment = 16;

struct Layout {
  int type;
  uint64_t rows, columns;
  int64_t leading;
  int32_t batch = 1;
  int64_t stride = 0;
};
struct Desc {
  int compute, scale;
  int32_t trans_a = 0, trans_b = 0;
  uint32_t epilogue = kNone;
  const void* bias = nullptr;
  int32_t bias_type = -1;  ///< as D's
  const float *a_scale = nullptr, *b_scale = nullptr;

  int type_of_bias(const Layout& d) const { return bias_type < 0 ? d.type : bias_type; }
};
struct Preference {
  uint64_t workspace = 0;
  std::array<uint32_t, 4> alignment{256, 256, 256, 256};  ///< of A, B, C, D: the documented defaults
};
struct Algorithm {
  uint64_t magic, number;
  std::array<uint32_t, 4> alignment;
  uint64_t workspace, unused[3];
};
static_assert(sizeof(Algorithm) == 64);
struct Heuristic {
  Algorithm algorithm;
  size_t workspace;
  int state;
  float waves;
  int reserved[4];
};

/// One product: descriptors as they were when it was asked for.
struct Product {
  Desc desc;
  Layout a, b, c, d;

  uint64_t rows() const { return desc.trans_a != 0 ? a.columns : a.rows; }
  uint64_t depth() const { return desc.trans_a != 0 ? a.rows : a.columns; }
  uint64_t columns() const { return desc.trans_b != 0 ? b.rows : b.columns; }
  uint64_t depth_of_b() const { return desc.trans_b != 0 ? b.columns : b.rows; }
};

/// Extents, as the documents define them.
Status check_extents(const Product& p) {
  for (const Layout* l : {&p.a, &p.b, &p.c, &p.d})
    if (l->rows == 0 || l->columns == 0 || l->leading < static_cast<int64_t>(l->rows) || l->batch != p.d.batch)
      return kInvalidValue;
  const bool fit = p.depth() == p.depth_of_b() && p.c.rows == p.rows() && p.d.rows == p.rows() && p.c.columns == p.columns() &&
                   p.d.columns == p.columns();
  return fit ? kSuccess : kInvalidValue;
}

/// The rows of the table "supported data types" of cublasLtMatmul() for CUBLAS_COMPUTE_32F that the engine's dtypes lie in: C of
/// A's type, or f32; the bias of C's type.
/// "To use FP8 kernels": A transposed and B not, as cards of 8.9, 9.0 and 12.x want it; CUBLAS_COMPUTE_32F; matrices and what is
/// dense in them in units of 16 bytes; C and D of one type that is no FP8; a bias would be of 16 bits, and the engine gives none.
Status check_codes(const Product& p) {
  if (p.desc.compute != kCompute32F || p.desc.scale != kF32 || p.b.type != kE4m3 || p.c.type != p.d.type) return kNotSupported;
  if (p.d.type != kBf16 && p.d.type != kF16 && p.d.type != kF32) return kNotSupported;
  if (p.desc.trans_a != 1 || p.desc.trans_b != 0 || p.desc.epilogue != kNone || p.d.batch != 1) return kNotSupported;
  const int64_t result = p.d.type == kF32 ? 4 : 8;
  const bool in_lines = p.rows() % 16 == 0 && p.depth() % 16 == 0 && p.a.leading % 16 == 0 && p.b.leading % 16 == 0 &&
                        p.c.leading % result == 0 && p.d.leading % result == 0;
  return in_lines ? kSuccess : kNotSupported;
}

Status check_types(const Product& p) {
  if (p.a.type == kE4m3) return check_codes(p);
  if (p.desc.a_scale != nullptr || p.desc.b_scale != nullptr) return kNotSupported;  // of narrow types alone
  if (p.desc.compute != kCompute32F || p.desc.scale != kF32 || p.a.type != p.b.type || p.c.type != p.d.type) return kNotSupported;
  if (p.d.type != p.a.type && p.d.type != kF32) return kNotSupported;
  if (p.desc.epilogue == kNone) return kSuccess;
  if (p.desc.epilogue != kBias) return kNotSupported;
  if (p.desc.bias == nullptr) return kInvalidValue;
  return p.desc.type_of_bias(p.d) == p.d.type ? kSuccess : kNotSupported;
}

Status check(const Product& p) {
  const Status extents = check_extents(p);
  return extents == kSuccess ? check_types(p) : extents;
}

Product product_of(void* d, void* la, void* lb, void* lc, void* ld) {
  return {*static_cast<Desc*>(d), *static_cast<Layout*>(la), *static_cast<Layout*>(lb), *static_cast<Layout*>(lc),
          *static_cast<Layout*>(ld)};
}

/// OCP 8-bit floating point: bias 7, NaN alone beyond 448.
float of_e4m3(uint8_t code) {
  const int exponent = code >> 3 & 15, significand = code & 7;
  if ((code & 0x7f) == 0x7f) return std::numeric_limits<float>::quiet_NaN();
  const float magnitude = exponent == 0 ? std::ldexp(static_cast<float>(significand), -9)
                                        : std::ldexp(static_cast<float>(8 + significand), exponent - 10);
  return (code & 0x80) != 0 ? -magnitude : magnitude;
}

float read(const void* p, int type, int64_t i) {
  if (type == kE4m3) return of_e4m3(static_cast<const uint8_t*>(p)[i]);
  if (type == kF32) return static_cast<const float*>(p)[i];
  if (type == kBf16) return static_cast<const __nv_bfloat16*>(p)[i];
  return static_cast<const __half*>(p)[i];
}
void write(void* p, int type, int64_t i, float v) {
  if (type == kF32)
    static_cast<float*>(p)[i] = v;
  else if (type == kBf16)
    static_cast<__nv_bfloat16*>(p)[i] = v;
  else
    static_cast<__half*>(p)[i] = v;
}

/// An operand with its sum's direction dense: element (i, l) at i * depth + l.
std::vector<float> packed(const void* memory, const Layout& layout, int64_t member, int64_t rows, int64_t depth,
                          int64_t row_stride, int64_t depth_stride) {
  std::vector<float> result(static_cast<size_t>(rows * depth));
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t l = 0; l < depth; ++l)
      result[static_cast<size_t>(i * depth + l)] =
          read(memory, layout.type, member * layout.stride + i * row_stride + l * depth_stride);
  return result;
}

float dot(const float* left, const float* right, int64_t n) {
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < n; ++i) sum += left[i] * right[i];
  return sum;
}

struct Work {
  Product p;
  const void *a, *b, *c;
  void *d, *workspace;
  size_t workspace_bytes;
  float alpha, beta;

  void run() const {
    if (workspace_bytes > 0) std::memset(workspace, 0x7f, workspace_bytes);  // the real one writes there, too
    for (int64_t g = 0; g < p.d.batch; ++g) run_member(g);
  }

 private:
  /// Read when the product runs: the scales are on the card.
  float scale() const {
    return (p.desc.a_scale == nullptr ? 1 : *p.desc.a_scale) * (p.desc.b_scale == nullptr ? 1 : *p.desc.b_scale);
  }

  void run_member(int64_t g) const {
    const auto m = static_cast<int64_t>(p.rows()), n = static_cast<int64_t>(p.columns()), k = static_cast<int64_t>(p.depth());
    const bool ta = p.desc.trans_a != 0, tb = p.desc.trans_b != 0;
    const std::vector<float> left = packed(a, p.a, g, m, k, ta ? p.a.leading : 1, ta ? 1 : p.a.leading);
    const std::vector<float> right = packed(b, p.b, g, n, k, tb ? 1 : p.b.leading, tb ? p.b.leading : 1);
    for (int64_t j = 0; j < n; ++j)
      for (int64_t i = 0; i < m; ++i) {
        float sum = alpha * scale() * dot(left.data() + i * k, right.data() + j * k, k);
        if (beta != 0) sum += beta * read(c, p.c.type, g * p.c.stride + i + j * p.c.leading);
        if (p.desc.epilogue == kBias) sum += read(p.desc.bias, p.desc.type_of_bias(p.d), i);
        write(d, p.d.type, g * p.d.stride + i + j * p.d.leading, sum);
      }
  }
};

const char* type_name(int type) { return type == kE4m3 ? "e4m3" : type == kF32 ? "f32" : type == kBf16 ? "bf16" : "f16"; }
std::string name_of(const Product& p) {
  return std::string("cublasLtMatmul ") + type_name(p.a.type) + " " + type_name(p.d.type) + (p.desc.trans_a != 0 ? " T" : " N") +
         (p.desc.trans_b != 0 ? "T" : "N") + (p.desc.epilogue == kBias ? " bias" : "") + (p.d.batch > 1 ? " batched" : "");
}

using QueueProduct = void (*)(void* stream, const char* name, void (*run)(void*), void* work, void (*destroy)(void*));
/// The plugin's, which has loaded this library and lies beside it.
QueueProduct queue_product() {
  static const QueueProduct once = []() -> QueueProduct {
    Dl_info info{};
    if (::dladdr(reinterpret_cast<const void*>(&queue_product), &info) == 0) return nullptr;
    const std::string self = info.dli_fname;
    const std::string plugin = self.substr(0, self.rfind('/') + 1) + "sidestep_simt.so";
    void* opened = ::dlopen(plugin.c_str(), RTLD_NOW | RTLD_NOLOAD);
    return opened == nullptr ? nullptr : reinterpret_cast<QueueProduct>(::dlsym(opened, "sidestep_simt_queue_product"));
  }();
  return once;
}

template <typename Field>
Status set(Field& field, const void* value, size_t bytes) {
  if (bytes != sizeof(field)) return kInvalidValue;
  std::memcpy(&field, value, bytes);
  return kSuccess;
}

}  // namespace

#define SIDESTEP_EXPORT extern "C" __attribute__((visibility("default")))

SIDESTEP_EXPORT size_t cublasLtGetVersion() { return 120800; }
SIDESTEP_EXPORT int cublasLtCreate(void** handle) {
  static char only;
  return *handle = &only, kSuccess;
}
SIDESTEP_EXPORT int cublasLtMatmulDescCreate(void** d, int compute, int scale) { return *d = new Desc{compute, scale}, kSuccess; }
SIDESTEP_EXPORT int cublasLtMatmulDescDestroy(void* d) { return delete static_cast<Desc*>(d), kSuccess; }
SIDESTEP_EXPORT int cublasLtMatmulDescSetAttribute(void* d, int attribute, const void* value, size_t bytes) {
  auto& desc = *static_cast<Desc*>(d);
  switch (attribute) {
    case 3: return set(desc.trans_a, value, bytes);
    case 4: return set(desc.trans_b, value, bytes);
    case 7: return set(desc.epilogue, value, bytes);
    case 8: return set(desc.bias, value, bytes);
    case 17: return set(desc.a_scale, value, bytes);
    case 18: return set(desc.b_scale, value, bytes);
    case 26: return set(desc.bias_type, value, bytes);
    default: return kInvalidValue;
  }
}
SIDESTEP_EXPORT int cublasLtMatrixLayoutCreate(void** l, int type, uint64_t rows, uint64_t columns, int64_t leading) {
  return *l = new Layout{type, rows, columns, leading}, kSuccess;
}
SIDESTEP_EXPORT int cublasLtMatrixLayoutDestroy(void* l) { return delete static_cast<Layout*>(l), kSuccess; }
SIDESTEP_EXPORT int cublasLtMatrixLayoutSetAttribute(void* l, int attribute, const void* value, size_t bytes) {
  auto& layout = *static_cast<Layout*>(l);
  switch (attribute) {
    case 5: return set(layout.batch, value, bytes);
    case 6: return set(layout.stride, value, bytes);
    default: return kInvalidValue;
  }
}
SIDESTEP_EXPORT int cublasLtMatmulPreferenceCreate(void** p) { return *p = new Preference, kSuccess; }
SIDESTEP_EXPORT int cublasLtMatmulPreferenceDestroy(void* p) { return delete static_cast<Preference*>(p), kSuccess; }
SIDESTEP_EXPORT int cublasLtMatmulPreferenceSetAttribute(void* p, int attribute, const void* value, size_t bytes) {
  auto& preference = *static_cast<Preference*>(p);
  if (attribute == 1) return set(preference.workspace, value, bytes);
  if (attribute >= 5 && attribute <= 8) return set(preference.alignment[static_cast<size_t>(attribute - 5)], value, bytes);
  return kInvalidValue;
}

SIDESTEP_EXPORT int cublasLtMatmulAlgoGetHeuristic(void*, void* d, void* a, void* b, void* c, void* out, void* p, int wanted,
                                                   Heuristic* list, int* found) {
  *found = 0;
  if (const Status status = check(product_of(d, a, b, c, out)); status != kSuccess) return status;
  const auto& preference = *static_cast<Preference*>(p);
  for (int i = 0; i < std::min(wanted, 3); ++i) {
    const uint64_t workspace = i == 0 ? std::min<uint64_t>(preference.workspace, kWorkspace) : 0;
    list[(*found)++] = {{kMagic, static_cast<uint64_t>(i), preference.alignment, workspace, {}}, workspace, kSuccess, 1, {}};
  }
  return kSuccess;
}
SIDESTEP_EXPORT int cublasLtMatmulAlgoCheck(void*, void* d, void* a, void* b, void* c, void* out, const Algorithm* algorithm,
                                            Heuristic* result) {
  if (algorithm->magic != kMagic) return kInvalidValue;
  *result = {*algorithm, algorithm->workspace, kSuccess, 1, {}};
  return check(product_of(d, a, b, c, out));
}

SIDESTEP_EXPORT int cublasLtMatmul(void*, void* d, const void* alpha, const void* a, void* la, const void* b, void* lb,
                                   const void* beta, const void* c, void* lc, void* out, void* lout, const Algorithm* algorithm,
                                   void* workspace, size_t workspace_bytes, void* stream) {
  const Product p = product_of(d, la, lb, lc, lout);
  if (const Status status = check(p); status != kSuccess) return status;
  if (algorithm == nullptr || algorithm->magic != kMagic || workspace_bytes < algorithm->workspace) return kInvalidValue;
  if (workspace_bytes > 0 && (workspace == nullptr || reinterpret_cast<uintptr_t>(workspace) % kWorkspaceAlignment != 0))
    return kInvalidValue;
  const std::array<const void*, 4> operands{a, b, c, out};
  if (p.a.type == kE4m3 &&
      std::any_of(operands.begin(), operands.end(), [](const void* m) { return reinterpret_cast<uintptr_t>(m) % 16 != 0; }))
    return kNotSupported;
  for (size_t i = 0; i < operands.size(); ++i)  // an algorithm chosen for wider accesses than these addresses allow
    if (reinterpret_cast<uintptr_t>(operands[i]) % algorithm->alignment[i] != 0) return kInvalidValue;
  const QueueProduct queue = queue_product();
  if (queue == nullptr) return kNotSupported;
  auto* work =
      new Work{p, a, b, c, out, workspace, workspace_bytes, *static_cast<const float*>(alpha), *static_cast<const float*>(beta)};
  queue(
      stream, name_of(p).c_str(), [](void* w) { static_cast<Work*>(w)->run(); }, work,
      [](void* w) { delete static_cast<Work*>(w); });
  return kSuccess;
}
