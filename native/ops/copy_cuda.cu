// Copies, fills and transfers: memory bound, one pass over source and destination.
#include <cstring>

#include "core/error.h"
#include "ops/cuda_ops.h"
#include "ops/cuda_rows.cuh"

namespace sidestep::cuda {
namespace {

/// A tensor of up to four dimensions as one of exactly four: leading extents of 1.
struct Grid {
  int64_t extent[4] = {1, 1, 1, 1};
  int64_t stride[4] = {0, 0, 0, 0};

  Grid(const Shape& shape, const Shape& strides) {
    const int offset = 4 - shape.rank();
    for (int i = 0; i < shape.rank(); ++i) {
      extent[i + offset] = shape[i];
      stride[i + offset] = strides[i];
    }
  }
  int64_t rows() const { return extent[0] * extent[1] * extent[2]; }
  /// Elements before row `row` of the three outer dimensions.
  __device__ int64_t outer(int64_t row) const {
    const int64_t c = row % extent[2], b = row / extent[2] % extent[1], a = row / extent[2] / extent[1];
    return a * stride[0] + b * stride[1] + c * stride[2];
  }
};

/// Between floating types.
template <typename From, typename To>
struct ConvertBody {
  const From* src;
  To* dst;
  Grid from, to;
  template <int V>
  __device__ void at(int64_t row, int64_t i) const {
    float v[V];
    load(src + from.outer(row) + i * from.stride[3], v);
    store(dst + to.outer(row) + i * to.stride[3], v);
  }
};

/// Same type: words are moved as they are.
template <typename Word>
struct MoveBody {
  const Word* src;
  Word* dst;
  Grid from, to;
  template <int V>
  __device__ void at(int64_t row, int64_t i) const {
    *reinterpret_cast<Pack<Word, V>*>(dst + to.outer(row) + i * to.stride[3]) =
        *reinterpret_cast<const Pack<Word, V>*>(src + from.outer(row) + i * from.stride[3]);
  }
};

// A matrix of bytes transposed, 64 x 64 of them a block by way of shared memory, words of four in and out: memory bound. A [6144,
// 2048] matrix of the 2B model's codes is 12.6 MB twice, 8 us at 3 TB/s.
constexpr int kSide = 64, kPitch = kSide + 4;  // of a row in shared memory: rows of one column fall on distinct banks

struct ByteTile {
  uint8_t of[kSide][kPitch];
};

__global__ void __launch_bounds__(kThreads) transpose_bytes_kernel(const uint8_t* src, uint8_t* dst, int64_t rows,
                                                                   int64_t columns, int64_t from_leading, int64_t to_leading) {
  auto& tile = shared<ByteTile>().of;
  constexpr int kWords = kSide / 4, kStep = kThreads / kWords;
  const int line = static_cast<int>(threadIdx.x) / kWords, word = static_cast<int>(threadIdx.x) % kWords * 4;
  const int64_t row = int64_t{blockIdx.y} * kSide, column = int64_t{blockIdx.x} * kSide;
#pragma unroll
  for (int i = line; i < kSide; i += kStep)
    if (row + i < rows && column + word < columns)
      *reinterpret_cast<Pack<uint8_t, 4>*>(&tile[i][word]) =
          *reinterpret_cast<const Pack<uint8_t, 4>*>(src + (row + i) * from_leading + column + word);
  __syncthreads();
#pragma unroll
  for (int i = line; i < kSide; i += kStep) {
    if (column + i >= columns || row + word >= rows) continue;
    Pack<uint8_t, 4> pack;
#pragma unroll
    for (int j = 0; j < 4; ++j) pack.value[j] = tile[word + j][i];
    *reinterpret_cast<Pack<uint8_t, 4>*>(dst + (column + i) * to_leading + row + word) = pack;
  }
}

/// Whether src is the transpose of rows of bytes, and all of it lies in words.
bool transposes_bytes(const Copy& op) {
  if (op.src.rank() != 2 || dtype_size(op.src.dtype()) != 1 || op.src.stride(0) != 1 || op.dst.stride(1) != 1) return false;
  const auto in_words = [](const void* memory, int64_t extent, int64_t leads) {
    return aligned(memory, 4) && extent % 4 == 0 && leads % 4 == 0;
  };
  return in_words(op.src.raw(), op.src.dim(0), op.src.stride(1)) && in_words(op.dst.raw(), op.dst.dim(1), op.dst.stride(0)) &&
         op.src.dim(1) <= int64_t{65535} * kSide;
}

void transpose_bytes(const Copy& op, cudaStream_t queue) {
  const int64_t rows = op.src.dim(1), columns = op.src.dim(0);  // as they lie in src's memory
  const dim3 grid(static_cast<unsigned>(ceil_div(columns, int64_t{kSide})),
                  static_cast<unsigned>(ceil_div(rows, int64_t{kSide})));
  launch(transpose_bytes_kernel, grid, kThreads, 0, queue)(op.src.data<uint8_t>(), op.dst.data<uint8_t>(), rows, columns,
                                                           op.src.stride(1), op.dst.stride(0));
  SIDESTEP_CUDA_LAUNCHED("transpose_bytes_kernel");
}

struct AnyValue {
  double real;
  int64_t whole;
};

__device__ AnyValue read_any(const void* from, DType dtype, int64_t i) {
  const auto real = [](double v) { return AnyValue{v, static_cast<int64_t>(v)}; };
  const auto whole = [](int64_t v) { return AnyValue{static_cast<double>(v), v}; };
  switch (dtype) {
    case DType::f32: return real(static_cast<const float*>(from)[i]);
    case DType::bf16: return real(widened(static_cast<const __nv_bfloat16*>(from)[i]));
    case DType::f16: return real(widened(static_cast<const __half*>(from)[i]));
    case DType::f64: return real(static_cast<const double*>(from)[i]);
    case DType::i64: return whole(static_cast<const int64_t*>(from)[i]);
    case DType::i32: return whole(static_cast<const int32_t*>(from)[i]);
    case DType::u8:
    case DType::boolean: return whole(static_cast<const uint8_t*>(from)[i]);
  }
  return {};
}

__device__ void write_any(void* to, DType dtype, int64_t i, const AnyValue& v) {
  switch (dtype) {
    case DType::f32: static_cast<float*>(to)[i] = static_cast<float>(v.real); return;
    case DType::bf16: static_cast<__nv_bfloat16*>(to)[i] = narrowed<__nv_bfloat16>(static_cast<float>(v.real)); return;
    case DType::f16: static_cast<__half*>(to)[i] = narrowed<__half>(static_cast<float>(v.real)); return;
    case DType::f64: static_cast<double*>(to)[i] = v.real; return;
    case DType::i64: static_cast<int64_t*>(to)[i] = v.whole; return;
    case DType::i32: static_cast<int32_t*>(to)[i] = static_cast<int32_t>(v.whole); return;
    case DType::u8:
    case DType::boolean: static_cast<uint8_t*>(to)[i] = static_cast<uint8_t>(v.whole); return;
  }
}

/// Any pair of types, chosen inside the kernel: small tensors of indices, masks and f64 sums.
struct AnyBody {
  static constexpr int kLeastBlocks = 4;  // 64 registers each
  const void* src;
  void* dst;
  DType src_dtype, dst_dtype;
  Grid from, to;
  template <int V>
  __device__ void at(int64_t row, int64_t i) const {
    for (int64_t j = i; j < i + V; ++j)
      write_any(dst, dst_dtype, to.outer(row) + j * to.stride[3], read_any(src, src_dtype, from.outer(row) + j * from.stride[3]));
  }
};

struct FillBody {
  void* y;
  DType dtype;
  Grid grid;
  float value;
  template <int V>
  __device__ void at(int64_t row, int64_t i) const {
    const AnyValue v{value, static_cast<int64_t>(value)};
    for (int64_t j = i; j < i + V; ++j) write_any(y, dtype, grid.outer(row) + j * grid.stride[3], v);
  }
};

bool floating(DType dtype) { return dtype == DType::f32 || dtype == DType::bf16 || dtype == DType::f16; }

bool dense(const ConstTensor& t) { return t.rank() == 0 || t.dim(-1) <= 1 || t.stride(-1) == 1; }

template <int V, typename Body>
void over_copy(const Body& body, const Copy& op, const Extent& extent, cudaStream_t queue) {
  const bool pack = dense(op.src) && dense(op.dst) && packable({op.src}, extent.width, V) && packable({op.dst}, extent.width, V);
  if (pack)
    launch_over_rows<V>(body, extent, queue);
  else
    launch_over_rows<1>(body, extent, queue);
}

template <typename Word>
void move(const Copy& op, const Grid& from, const Grid& to, const Extent& extent, cudaStream_t queue) {
  over_copy<kPack<Word>>(MoveBody<Word>{op.src.data<Word>(), op.dst.data<Word>(), from, to}, op, extent, queue);
}

void move_words(const Copy& op, const Grid& from, const Grid& to, const Extent& extent, cudaStream_t queue) {
  switch (dtype_size(op.src.dtype())) {
    case 8: return move<uint64_t>(op, from, to, extent, queue);
    case 4: return move<uint32_t>(op, from, to, extent, queue);
    case 2: return move<uint16_t>(op, from, to, extent, queue);
    default: return move<uint8_t>(op, from, to, extent, queue);
  }
}

/// A replay would read the host's memory as it is then.
void refuse_in_recording(cudaStream_t queue) {
  cudaStreamCaptureStatus recording = cudaStreamCaptureStatusNone;
  SIDESTEP_CUDA_CHECK(cudaStreamIsCapturing(queue, &recording));
  if (recording != cudaStreamCaptureStatusNone)
    throw Error("native/cuda-failed", "transfer: not permitted while work is being recorded");
}

/// From other memory the driver would copy by a detour, and not in the queue's order.
void check_page_locked(const Transfer& op) {
  const ConstTensor host = op.src.device().kind == DeviceKind::cuda ? ConstTensor(op.dst) : op.src;
  if (host.device().kind == DeviceKind::cuda) return;
  cudaPointerAttributes attributes{};
  SIDESTEP_CUDA_CHECK(cudaPointerGetAttributes(&attributes, host.raw()));
  if (attributes.type != cudaMemoryTypeHost)
    throw Error("native/cuda-failed", "transfer: without a wait the host's side must be page-locked");
}

}  // namespace

void copy(const Copy& op, Stream& stream) {
  if (op.src.numel() == 0) return;
  const cudaStream_t queue = queue_of(stream);
  if (op.src.dtype() == op.dst.dtype() && op.src.contiguous() && op.dst.contiguous()) {
    SIDESTEP_CUDA_CHECK(cudaMemcpyAsync(op.dst.raw(), op.src.raw(), op.src.bytes(), cudaMemcpyDeviceToDevice, queue));
    return;
  }
  const Grid from(op.src.shape(), op.src.strides()), to(op.dst.shape(), op.dst.strides());
  const Extent extent{from.rows(), from.extent[3]};
  if (op.src.dtype() == op.dst.dtype() && transposes_bytes(op)) return transpose_bytes(op, queue);
  if (op.src.dtype() == op.dst.dtype()) return move_words(op, from, to, extent, queue);
  if (!floating(op.src.dtype()) || !floating(op.dst.dtype())) {
    return launch_over_rows<1>(AnyBody{op.src.raw(), op.dst.raw(), op.src.dtype(), op.dst.dtype(), from, to}, extent, queue);
  }
  with_storage(op.src.dtype(), [&]<typename From>(From) {
    with_storage(op.dst.dtype(), [&]<typename To>(To) {
      constexpr int V = sizeof(From) > sizeof(To) ? kPack<From> : kPack<To>;
      over_copy<V>(ConvertBody<From, To>{op.src.data<From>(), op.dst.data<To>(), from, to}, op, extent, queue);
    });
  });
}

void fill(const Fill& op, Stream& stream) {
  const cudaStream_t queue = queue_of(stream);
  if (op.value == 0 && op.y.contiguous() && op.y.numel() != 0) {
    SIDESTEP_CUDA_CHECK(cudaMemsetAsync(op.y.raw(), 0, op.y.bytes(), queue));
    return;
  }
  const Grid grid(op.y.shape(), op.y.strides());
  launch_over_rows<1>(FillBody{op.y.raw(), op.y.dtype(), grid, op.value}, {grid.rows(), grid.extent[3]}, queue);
}

// Pageable host memory is staged before the call returns, so the caller may free it; page-locked memory is read later, by the
// copy engine. On the way back the queue is waited for.
void transfer(const Transfer& op, Stream& stream) {
  if (op.src.bytes() == 0) return;
  const cudaStream_t queue = queue_of(stream);
  const bool waits = op.wait == Transfer::Wait::for_host;
  if (waits)
    refuse_in_recording(queue);
  else
    check_page_locked(op);
  SIDESTEP_CUDA_CHECK(cudaMemcpyAsync(op.dst.raw(), op.src.raw(), op.src.bytes(), cudaMemcpyDefault, queue));
  if (waits && op.dst.device().kind != DeviceKind::cuda) SIDESTEP_CUDA_CHECK(cudaStreamSynchronize(queue));
}

}  // namespace sidestep::cuda
