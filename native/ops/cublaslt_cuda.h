#pragma once
// cuBLASLt, opened at run time: the library is half a gigabyte and not everyone has it beside the driver. Only what the
// product needs is declared here, after the library's documented C interface (stable since CUDA 11).
#include <cuda_runtime.h>

#include <cstddef>
#include <cstdint>
#include <string>

namespace sidestep::cuda::cublaslt {

enum class Status : int { success = 0, invalid_value = 7 };
enum class ComputeType : int32_t { f32 = 68 };  // CUBLAS_COMPUTE_32F: no TF32
enum class Epilogue : uint32_t { none = 1, bias = 4 };
enum class Operation : int32_t { none = 0, transpose = 1 };
enum class DescAttribute : int {
  trans_a = 3,
  trans_b = 4,
  epilogue = 7,
  bias_pointer = 8,
  a_scale_pointer = 17,
  b_scale_pointer = 18,
  bias_data_type = 26
};
enum class LayoutAttribute : int { batch_count = 5, strided_batch_offset = 6 };
enum class PreferenceAttribute : int {
  max_workspace_bytes = 1,
  alignment_a = 5,
  alignment_b = 6,
  alignment_c = 7,
  alignment_d = 8
};

struct Algorithm {
  uint64_t data[8];
};
struct Heuristic {
  Algorithm algorithm;
  size_t workspace_bytes;
  Status state;
  float waves;
  int reserved[4];
};

using Handle = void*;
using Desc = void*;
using Layout = void*;
using Preference = void*;

struct Library {
  size_t (*version)();
  Status (*create)(Handle*);
  Status (*desc_create)(Desc*, ComputeType, cudaDataType_t scale_type);
  Status (*desc_destroy)(Desc);
  Status (*desc_set)(Desc, DescAttribute, const void*, size_t);
  Status (*layout_create)(Layout*, cudaDataType_t, uint64_t rows, uint64_t columns, int64_t leading);
  Status (*layout_destroy)(Layout);
  Status (*layout_set)(Layout, LayoutAttribute, const void*, size_t);
  Status (*preference_create)(Preference*);
  Status (*preference_destroy)(Preference);
  Status (*preference_set)(Preference, PreferenceAttribute, const void*, size_t);
  Status (*heuristic)(Handle, Desc, Layout a, Layout b, Layout c, Layout d, Preference, int wanted, Heuristic*, int* found);
  Status (*check)(Handle, Desc, Layout a, Layout b, Layout c, Layout d, const Algorithm*, Heuristic*);
  Status (*matmul)(Handle, Desc, const void* alpha, const void* a, Layout, const void* b, Layout, const void* beta, const void* c,
                   Layout, void* d, Layout, const Algorithm*, void* workspace, size_t workspace_bytes, cudaStream_t);
};

/// Looked for once: $SIDESTEP_CUBLASLT alone (a file; empty: never), else in the order of ops/library_places.h. Null when it is
/// nowhere: the engine's own product kernel serves then.
const Library* library();

/// Where it was found, or why it was not.
const std::string& library_origin();

}  // namespace sidestep::cuda::cublaslt
